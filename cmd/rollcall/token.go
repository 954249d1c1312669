package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/window"
)

// tokensFile is the file of tokens in the folder of a studio's data.
const tokensFile = "tokens.json"

// tokenFlags say where the tokens are.
type tokenFlags struct{ data, file string }

func (f *tokenFlags) add(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&f.data, "data", "", "folder of the studio's data")
	cmd.PersistentFlags().StringVar(&f.file, "token-file", "", "file of the tokens (default "+tokensFile+" in --data)")
}

// path returns the file of the tokens, and makes the folder of the data where there is
// none.
func (f *tokenFlags) path(command string) (string, error) {
	switch {
	case f.file != "":
		return f.file, nil
	case f.data == "":
		return "", usagef("%s needs --data DIR, the folder of the studio, or --token-file FILE", command)
	}
	if err := os.MkdirAll(f.data, 0o700); err != nil {
		return "", err
	}
	return filepath.Join(f.data, tokensFile), nil
}

// open opens the tokens.
func (f *tokenFlags) open(command string) (*access.Set, error) {
	path, err := f.path(command)
	if err != nil {
		return nil, err
	}
	return access.Open(path)
}

func (a *app) tokenCommand() *cobra.Command {
	var where tokenFlags
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Who may ask a studio: make, list and revoke tokens",
		Long: `Makes, lists and revokes the tokens of a studio, whether it runs or not: a running
one sees the change within seconds. Once there is a token, nobody is let in without
one. Roles add up: counts (count, explain, break down, compare), members (see
customers: list, profile, why, export), segments (save them), admin (everything).`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("token takes add, list or revoke, found %q; see %q", args[0], "rollcall token --help")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	where.add(cmd)
	cmd.AddCommand(a.tokenAddCommand(&where), a.tokenListCommand(&where), a.tokenRevokeCommand(&where))
	return cmd
}

func (a *app) tokenAddCommand(where *tokenFlags) *cobra.Command {
	var name, expires string
	var roles []string
	cmd := &cobra.Command{
		Use:   "add --name NAME --roles ROLE[,ROLE…]",
		Short: "Make a token and print it, once",
		Long: `Makes a token and prints it; what is kept is a hash of it, so nothing prints it
again. --expires is a time, a date, or how long it is valid, as in 90d or 12h;
without it, it is valid until it is revoked.

With --format json the object has "token" ("id", "name", "roles", "created",
"expires") and "secret".`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if name == "" || len(roles) == 0 {
				return usagef("token add needs --name NAME, of who has it, and --roles: counts, members, segments or admin")
			}
			granted, err := access.ParseRoles(roles...)
			if err != nil {
				return usagef("--roles: %w", err)
			}
			now := time.Now()
			end, err := expiry(expires, now)
			if err != nil {
				return err
			}
			tokens, err := where.open("token add")
			if err != nil {
				return err
			}
			token, secret, err := tokens.Add(name, granted, end, now)
			if err != nil {
				return err
			}
			if a.json() {
				return a.printJSON(struct {
					Token  access.Token `json:"token"`
					Secret string       `json:"secret"`
				}{token, secret.Reveal()})
			}
			a.logf("token %s of %s (%s); it is not shown again:\n", token.ID, token.Name, token.Roles)
			return a.printf("%s\n", secret.Reveal())
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "who has it, for people and the audit log")
	cmd.Flags().StringSliceVar(&roles, "roles", nil, "what it may do: counts, members, segments, admin")
	cmd.Flags().StringVar(&expires, "expires", "", "when it ends: RFC 3339, a date, or how long from now (default never)")
	return cmd
}

// expiry returns when a token ends: at a time, at a date's midnight in UTC, or so long
// from now. Zero is never.
func expiry(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := window.ParseAsOf(text, time.UTC)
	if err != nil {
		length, lerr := parseOverlap(text)
		if lerr != nil {
			return time.Time{}, usagef("--expires is %q, expected RFC 3339, a date, or a number of days, hours or minutes, as in 90d", text)
		}
		at = now.Add(length)
	}
	if !at.After(now) {
		return time.Time{}, usagef("--expires %s is in the past", text)
	}
	return at, nil
}

func (a *app) tokenListCommand(where *tokenFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "All tokens, those too that ended or were revoked",
		Args:  exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			tokens, err := where.open("token list")
			if err != nil {
				return err
			}
			all := tokens.List()
			if a.json() {
				return a.printJSON(struct {
					Tokens []access.Token `json:"tokens"`
				}{append([]access.Token{}, all...)})
			}
			tw := newTable()
			tw.AppendHeader(table.Row{"id", "name", "roles", "created", "state"})
			for _, token := range all {
				tw.AppendRow(table.Row{token.ID, token.Name, strings.Join(token.Roles.Names(), ", "), ask.TimeText(token.Created), tokenState(token, time.Now())})
			}
			return a.printTable(tw)
		},
	}
}

// tokenState says until when a token is valid, or since when it is not.
func tokenState(token access.Token, now time.Time) string {
	switch {
	case !token.Revoked.IsZero():
		return "revoked " + ask.TimeText(token.Revoked)
	case token.Expires.IsZero():
		return "valid"
	case !now.Before(token.Expires):
		return "ended " + ask.TimeText(token.Expires)
	}
	return "valid until " + ask.TimeText(token.Expires)
}

func (a *app) tokenRevokeCommand(where *tokenFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke ID",
		Short: "End a token now",
		Args:  exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			tokens, err := where.open("token revoke")
			if err != nil {
				return err
			}
			if err := tokens.Revoke(args[0], time.Now()); err != nil {
				if ask.IsAny(err, new(*access.UnknownTokenError)) {
					return &usageError{fmt.Errorf("token revoke: %w", err)}
				}
				return err
			}
			return a.printf("token %s is revoked\n", args[0])
		},
	}
}
