package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stderr)
	stop()
	os.Exit(code)
}

// run writes the warehouse that args ask for and returns the exit code.
func run(ctx context.Context, args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("warehouse", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dir := flags.String("o", "", "the `directory` to write; empty or absent")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if *dir == "" || flags.NArg() > 0 {
		_, _ = fmt.Fprintf(stderr, "found arguments %q, expected -o DIR\n", args)
		return 2
	}
	if err := cdnow.WriteWarehouse(ctx, *dir); err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		return 3
	}
	return 0
}
