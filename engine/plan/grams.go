package plan

import (
	"fmt"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// worthwhile is which part of a column a gram index has to leave, at most, for a
// look at it to pay.
const worthwhile = 0.9

// byGrams makes a scan one of the strings that may pass by the gram index, where
// there is one that leaves few enough.
func (p *planner) byGrams(c *rule.AttributeTest, n *Node) error {
	if !p.may(Grams) {
		return nil
	}
	grams := p.snapshot.Grams(c.Attribute)
	if grams == nil {
		return nil
	}
	clues := index.NewClues(n.Test)
	if clues == nil {
		return nil
	}
	share, err := grams.Share(clues)
	if err != nil || share > worthwhile && !p.must(Grams) {
		return err
	}
	n.Grams, n.Clues = grams, clues
	blocks := uint64(p.rows()+bitmap.BlockRows-1) / bitmap.BlockRows
	n.Bytes = uint64(share*float64(n.Bytes)) + blocks*clues.Bytes()
	n.Access = fmt.Sprintf("gram index, column scan of about %.2g %% of the customers", 100*share)
	return nil
}
