package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// ruleHelp is what every command that takes a RULE says about it.
const ruleHelp = aboutRules + `
--segments names the folder that "segment 'folder/Name'" looks in.`

// aboutRules says what a RULE is.
const aboutRules = `RULE is a rule in text, or @FILE: @rule.yml and @rule.json hold a rule or a
segment in either published shape, a file of another ending a rule in text.`

// segmentsFlag adds --segments to a command that takes rules.
func (a *app) segmentsFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.segments, "segments", "", "folder of the segment files that rules may refer to")
}

// readRule parses the RULE of a command line.
func (a *app) readRule(arg string) (*ask.Rule, error) {
	given, err := readRuleArg(arg)
	if err != nil {
		return nil, err
	}
	given.SegmentsDir = a.segments
	return given, nil
}

// readRuleArg parses a rule in text, or the file of one.
func readRuleArg(arg string) (*ask.Rule, error) {
	path, isFile := strings.CutPrefix(arg, "@")
	if !isFile {
		return ask.ParseRule(arg)
	}
	if path == "" {
		return nil, usagef(`"@" wants the name of a file after it, as in @rule.yml`)
	}
	data, err := readFile(path, rule.MaxBytes)
	if err != nil {
		return nil, err
	}
	return ask.ParseRuleFile(path, data)
}

// loadSegments reads the library of a folder; "" is none.
func loadSegments(dir string) (*rule.Library, error) {
	if dir == "" {
		return nil, nil
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("--segments: %w", noFolder(dir))
	case err != nil:
		return nil, fmt.Errorf("--segments: %w", err)
	case !info.IsDir():
		return nil, usagef("--segments %s is a file, expected a folder of segment files", dir)
	}
	library, err := rule.LoadLibrary(os.DirFS(dir))
	if err != nil && ask.RuleProblems(err) == nil {
		return nil, fmt.Errorf("--segments %s: %w", dir, err)
	}
	return library, ask.MapProblems(err, func(e *rule.Error) { e.File = filepath.Join(dir, e.File) })
}

// noFolder says that there is no folder of segments where one was named.
func noFolder(dir string) error { return fmt.Errorf("the folder %q does not exist", dir) }
