package main

import (
	"context"
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
)

// countInPlace counts in a source. It shows the statement where that is to be explained,
// and where it is to be verified counts again in a snapshot of the same state, and says
// whether both select the same customers.
func (a *app) countInPlace(ctx context.Context, q *ask.InPlace, explain, verify bool) error {
	answer, out, err := countedInPlace(ctx, q, explain)
	if err != nil {
		return err
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

// countedInPlace counts in a source, and says how where that is to be explained.
func countedInPlace(ctx context.Context, q *ask.InPlace, explain bool) (*ask.Answer, *ask.CountJSON, error) {
	if explain {
		answer, how, err := q.Explain(ctx)
		if err != nil {
			return nil, nil, err
		}
		return answer, ask.NewExplainJSON(answer, how), nil
	}
	answer, err := q.Count(ctx)
	if err != nil {
		return nil, nil, err
	}
	return answer, ask.NewCountJSON(answer), nil
}

// printCounted prints an answer of a source, with what there is beside it.
func (a *app) printCounted(answer *ask.Answer, out *ask.CountJSON) error {
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
