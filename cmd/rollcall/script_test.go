package main

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script and docs/audiences.md")

var cdnowData = fixture.New("cdnow", cdnow.WriteWarehouse, cdnow.ParentYAML())

// cleanUp runs the tests and removes the data made for them.
type cleanUp struct{ m *testing.M }

func (c cleanUp) Run() int { return fixture.Main(c.m, cdnowData) }

func TestMain(m *testing.M) {
	testscript.Main(cleanUp{m}, map[string]func(){"rollcall": func() {
		main()
	}})
}

// TestScripts runs the command lines of testdata/script against the real data:
// SNAP is a snapshot of it that scripts must not change, WAREHOUSE its tables,
// PARENT its parent segment file. The command "warehouse" serves a folder as a
// warehouse of Databricks.
func TestScripts(t *testing.T) {
	snap, warehouse := cdnowData.Snapshot(t), cdnowData.Warehouse(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("SNAP", snap)
			env.Setenv("WAREHOUSE", warehouse)
			env.Setenv("TMPDIR", env.WorkDir)
			return os.WriteFile(env.WorkDir+"/parent.yml", cdnow.ParentYAML(), 0o600)
		},
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"warehouse": warehouseCommand},
		UpdateScripts:       *update,
		RequireExplicitExec: true,
	})
}
