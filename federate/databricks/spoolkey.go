package databricks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

// spoolFormat counts the ways in which parts were ever put into the spool.
const spoolFormat = 1

// spoolKey names what is pulled, for the spool. It tells nothing of what is in it.
type spoolKey struct {
	rows    string // whose they are, of which table and columns, and where they are
	version string // of the table
	pull    string // and all else
}

// String is the key as the name of a folder has it.
func (k spoolKey) String() string { return k.at() + k.pull }

// of and at begin the keys of all versions of the rows, and of this one.
func (k spoolKey) of() string { return k.rows + "-" }
func (k spoolKey) at() string { return k.of() + k.version + "-" }

// key names what is pulled: parts of equal keys have the same rows, and were pulled by
// the same login, which others of the same user of this machine may not have.
func (p *fetching) key() spoolKey {
	rows := []string{strconv.Itoa(spoolFormat), p.source.cfg.origin(), p.source.cfg.login.mark(), p.full.String(), p.pulled.String()}
	return spoolKey{
		rows:    hashOf(append(rows, p.where...)...),
		version: hashOf(p.pin.id, p.pin.text()),
		pull:    hashOf(p.statement(0), strconv.Itoa(len(p.counts))),
	}
}

// mark tells logins apart, and tells nothing of their secrets: that of a service
// principal is its identifier, whatever its secret; that of a token is a hash. A
// token has far too many values for one to be found by its hash. Who a token is of
// only the warehouse could say, for another statement: parts that were pulled with
// a token are not taken up by its successor.
func (l login) mark() string {
	if l.token.known() {
		return hashOf("token", l.token.reveal())
	}
	return hashOf("service principal", l.clientID.reveal())
}

// hashOf returns half of the SHA-256 of texts, in hexadecimal digits.
func hashOf(texts ...string) string {
	h := sha256.New()
	for _, text := range texts {
		_, _ = fmt.Fprintf(h, "%d:%s,", len(text), text) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
