package databricks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

// spoolFormat counts the ways in which parts were ever put into the spool.
const spoolFormat = 1

// key names what is pulled, for the spool: parts of equal keys have the same rows,
// and were pulled by the same login, which others of the same user of this machine
// may not have. It tells nothing of what is in them.
func (p *fetching) key() string {
	return hashOf(
		strconv.Itoa(spoolFormat), p.source.cfg.origin(), p.source.cfg.login.mark(), p.full.String(), p.pin.id, p.pin.text(),
		p.statement(0), strconv.Itoa(len(p.counts)), p.pulled.String(),
	)
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
