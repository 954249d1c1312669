package main

import (
	"context"
	"strings"

	"github.com/rollcall-db/rollcall/federate"
)

// countInPlace counts in a source. It shows the statement where that is to be explained,
// and where it is to be verified counts again in a snapshot of the same state, and says
// whether both select the same customers.
func (a *app) countInPlace(ctx context.Context, q *inPlace, explain, verify bool) error {
	answer, err := q.count(ctx)
	if err != nil {
		return err
	}
	out := newCountJSON(answer)
	if explain {
		if out.SQL, err = federate.CountSQL(ctx, q.Place, q.checked, q.asOf); err != nil {
			return err
		}
	}
	if verify {
		if out.Verify, err = a.verified(ctx, q, answer); err != nil {
			return err
		}
	}
	if a.json() {
		err = a.printJSON(out)
	} else {
		err = a.printCounted(answer, out)
	}
	if err == nil && verify && !out.Verify.Agrees {
		return errNo
	}
	return err
}

// printCounted prints an answer of a source, with what there is beside it.
func (a *app) printCounted(answer *answered, out *countJSON) error {
	if err := a.printAnswer(answer); err != nil {
		return err
	}
	if out.SQL != "" {
		if err := a.printf("\n%s\n", strings.TrimRight(out.SQL, "\n")); err != nil {
			return err
		}
	}
	if out.Verify == nil {
		return nil
	}
	if out.SQL != "" {
		if err := a.printf("\n"); err != nil {
			return err
		}
	}
	return a.printVerified(answer, out.Verify)
}
