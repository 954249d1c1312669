package databricks

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// handleSize is the size of the identifier of a session or an operation, in bytes.
const handleSize = 16

// statusInfo is the status of a success that has something to say.
const statusInfo int32 = 1

// check looks at the answer of a call of the given method, before the driver does.
// again says that an answer to the same call may have been lost before.
func (g *guard) check(method string, body []byte, again bool) error {
	message, err := thrift.Decode(body)
	if err != nil {
		return &AnswerError{Call: method, Reason: "the answer is not of the warehouse's protocol: " + err.Error()}
	}
	if message.Type == thrift.Exception {
		return &AnswerError{Call: method, Reason: "the warehouse answered: " + g.words(message.Body.Text(thrift.ExceptionMessage))}
	}
	found := message.Body.Struct(thrift.Result)
	if message.Type != thrift.Reply || message.Name != method || found == nil {
		return &AnswerError{Call: method, Reason: "the answer is one to another call"}
	}
	if err := g.checkStatus(method, found); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch method {
	case thrift.MethodOpenSession:
		return checkSession(found)
	case thrift.MethodExecute:
		return g.checkExecuted(found)
	case thrift.MethodStatus:
		return g.checkOperation(method, found)
	case thrift.MethodMetadata:
		if g.rows {
			return g.checkMetadata(method, found)
		}
	case thrift.MethodFetch:
		g.doubtful = g.doubtful || again
		return g.checkPage(method, found, found.Struct(thrift.FetchedMetadata))
	}
	return nil
}

// words makes the warehouse's words fit for an error.
func (g *guard) words(text string) string { return cut(g.transport.redact.Text(text)) }

// checkStatus looks at the status that every answer has.
func (g *guard) checkStatus(method string, found thrift.Struct) error {
	status := found.Struct(thrift.ResponseStatus)
	if !status.Has(thrift.StatusCode) {
		return &AnswerError{Call: method, Reason: "the answer has no status"}
	}
	text := status.Text(thrift.StatusDisplay)
	if text == "" {
		text = status.Text(thrift.StatusMessage)
	}
	text = g.words(text)
	switch code := int32(status.Int(thrift.StatusCode)); code {
	case thrift.StatusSuccess, statusInfo:
		return nil
	case thrift.StatusInvalidHandle:
		return &AnswerError{Call: method, Reason: "the warehouse does not know the session or the statement any more"}
	case thrift.StatusError:
		if method == thrift.MethodExecute && !strings.Contains(text, "Invalid SessionHandle") {
			return statementError(status.Text(thrift.StatusSQLState), text)
		}
		return &AnswerError{Call: method, Reason: "the warehouse answered: " + text}
	default:
		return &AnswerError{Call: method, Reason: fmt.Sprintf("the answer has status %d (%s), expected success", code, text)}
	}
}

// statementError is what the warehouse says of a statement, never without a word.
func statementError(state, text string) error {
	if text == "" {
		text = "the warehouse refused the statement without a word"
	}
	return &StatementError{State: state, Message: text}
}

// checkSession looks at a session that was opened.
func checkSession(found thrift.Struct) error {
	if version := found.Int(thrift.OpenedProtocol); version < minProtocol {
		return &AnswerError{
			Call: thrift.MethodOpenSession, final: true,
			Reason: fmt.Sprintf("the server speaks version %d of the protocol, expected %d or later, which a Databricks SQL warehouse does", version, minProtocol),
		}
	}
	return checkHandle(thrift.MethodOpenSession, found.Struct(thrift.OpenedHandle))
}

// checkHandle looks at the handle of a session or an operation.
func checkHandle(method string, handle thrift.Struct) error {
	if len(handle.Struct(thrift.Handle).Bytes(thrift.HandleGUID)) != handleSize {
		return &AnswerError{Call: method, Reason: "the answer has no handle"}
	}
	return nil
}

// checkExecuted looks at the answer to a statement, which may have the first page
// of its result.
func (g *guard) checkExecuted(found thrift.Struct) error {
	if err := checkHandle(thrift.MethodExecute, found.Struct(thrift.ExecutedHandle)); err != nil {
		return err
	}
	direct := found.Struct(thrift.ExecutedDirect)
	if direct == nil {
		return nil
	}
	if state := direct.Struct(thrift.DirectStatus); state != nil {
		if err := g.checkStatus(thrift.MethodStatus, state); err != nil {
			return err
		}
		if err := g.checkOperation(thrift.MethodExecute, state); err != nil {
			return err
		}
	}
	metadata, page := direct.Struct(thrift.DirectMetadata), direct.Struct(thrift.DirectResults)
	if !g.rows {
		return nil
	}
	if page == nil {
		if metadata == nil {
			return nil
		}
		return g.checkMetadata(thrift.MethodExecute, metadata)
	}
	if err := g.checkStatus(thrift.MethodExecute, page); err != nil {
		return err
	}
	if err := g.checkPage(thrift.MethodExecute, page, metadata); err != nil {
		return err
	}
	if direct.Struct(thrift.DirectClosed) != nil && !g.finished {
		return &AnswerError{Call: thrift.MethodExecute, Reason: "the warehouse has closed the statement, and says that there are more rows"}
	}
	return nil
}

// checkOperation looks at the state of a statement.
func (g *guard) checkOperation(method string, found thrift.Struct) error {
	if !found.Has(thrift.OperationState) {
		return &AnswerError{Call: method, Reason: "the answer has no state of the statement"}
	}
	if found.Has(thrift.OperationModified) {
		g.modified = found.Int(thrift.OperationModified)
	}
	text := found.Text(thrift.OperationDisplay)
	if text == "" {
		text = found.Text(thrift.OperationMessage)
	}
	text = g.words(text)
	switch int32(found.Int(thrift.OperationState)) {
	case thrift.StateError:
		return statementError(found.Text(thrift.OperationSQLState), text)
	case thrift.StateCanceled, thrift.StateClosed:
		return &AnswerError{Call: method, Reason: suffixed("the statement was cancelled at the warehouse", text)}
	case thrift.StateTimedOut:
		return statementError(found.Text(thrift.OperationSQLState), suffixed("the statement took longer than the warehouse allows", text))
	}
	return nil
}

// suffixed adds the warehouse's words, where there are any.
func suffixed(text, words string) string {
	if words == "" {
		return text
	}
	return text + ": " + words
}

// checkMetadata looks at what is said of the form of a result, which is Arrow and
// stays as it is.
func (g *guard) checkMetadata(method string, found thrift.Struct) error {
	if found.Struct(thrift.ResponseStatus) != nil {
		if err := g.checkStatus(method, found); err != nil {
			return err
		}
	}
	format := int32(found.Int(thrift.MetadataFormat))
	schema := found.Bytes(thrift.MetadataArrowSchema)
	switch {
	case !found.Has(thrift.MetadataFormat):
		return &AnswerError{Call: method, Reason: "the answer does not say what form the result has"}
	case format != thrift.FormatArrow && format != thrift.FormatLinks:
		return &AnswerError{Call: method, Reason: "the result comes as rows, not as Arrow, which a Databricks SQL warehouse sends", final: true}
	case found.Bool(thrift.MetadataLZ4):
		return &AnswerError{Call: method, Reason: "the result is compressed, which was not asked for", final: true}
	case found.Bool(thrift.MetadataStaging):
		return &AnswerError{Call: method, Reason: "the statement moves files, which is not done here", final: true}
	case len(schema) == 0:
		return &AnswerError{Call: method, Reason: "the answer has no schema of the result"}
	case g.schema == nil:
		return g.learn(method, schema, found.Struct(thrift.MetadataSchema))
	case !bytes.Equal(g.schema, schema):
		return &AnswerError{Call: method, Reason: "the schema of the result changed in its middle"}
	}
	return nil
}

// learn keeps the schema of the result. The warehouse tells it twice, as Arrow and
// as Thrift, and must name columns alike: results that it had kept have come with
// the names of another statement before. A result without columns, that of a
// statement that gives none, may have one for people.
func (g *guard) learn(method string, schema []byte, plain thrift.Struct) error {
	carrier, err := newCarrier(schema)
	if err != nil {
		return &AnswerError{Call: method, Reason: g.words(err.Error())}
	}
	columns := plain.List(thrift.SchemaColumns)
	if n := carrier.now.NumFields(); plain != nil && n > 0 && n != len(columns) {
		return &AnswerError{Call: method, Reason: fmt.Sprintf("the result has %d columns and %d", n, len(columns))}
	}
	for i, field := range carrier.now.Fields() {
		if plain == nil {
			break
		}
		column, _ := columns[i].(thrift.Struct)
		if name := column.Text(thrift.ColumnName); name != field.Name {
			return &AnswerError{Call: method, Reason: fmt.Sprintf("column %d of the result is named %q and %q", i+1, field.Name, name)}
		}
	}
	g.schema, g.carrier = slices.Clone(schema), carrier
	return nil
}

// checkPage looks at a page of a result, and counts what it declares.
func (g *guard) checkPage(method string, page, metadata thrift.Struct) error {
	if metadata == nil {
		return &AnswerError{Call: method, Reason: "the answer has no metadata of the result"}
	}
	if err := g.checkMetadata(method, metadata); err != nil {
		return err
	}
	rows := page.Struct(thrift.FetchedRows)
	switch {
	case rows == nil:
		return &AnswerError{Call: method, Reason: "the answer has no rows, not even none"}
	case !page.Has(thrift.FetchedMore):
		return &AnswerError{Call: method, Reason: "the answer does not say whether there are more rows"}
	case len(rows.List(thrift.RowsRows)) > 0 || len(rows.List(thrift.RowsColumns)) > 0:
		return &AnswerError{Call: method, Reason: "the result comes as rows, not as Arrow, which a Databricks SQL warehouse sends", final: true}
	}
	before := g.declared
	count, ends, err := countRows(method, rows, before)
	if err != nil {
		return err
	}
	if offset := rows.Int(thrift.RowsOffset); offset > before || offset < before && (count > 0 || g.doubtful) {
		return &AnswerError{Call: method, Reason: fmt.Sprintf("a page begins at row %d of the result, expected row %d", offset, before)}
	}
	if err := g.noteEmpty(method, rows); err != nil {
		return err
	}
	g.declared += count
	g.bounds = append(g.bounds, ends...)
	g.finished = !page.Bool(thrift.FetchedMore)
	if count > 0 {
		g.empty, g.doubtful = 0, false
		return nil
	}
	return g.checkEmpty(method)
}

// checkEmpty looks at a page without rows. An end of the result that comes with it is
// not believed where rows before it may have been lost on their way: a warehouse
// need not say where a page without rows begins.
func (g *guard) checkEmpty(method string) error {
	g.empty++
	switch {
	case g.finished && g.doubtful:
		return &AnswerError{Call: method, Reason: "a page had to be asked for twice, and has no rows, the last ones may be lost"}
	case !g.finished && g.empty > maxEmptyPages:
		return &AnswerError{Call: method, Reason: fmt.Sprintf("%d pages without rows came in a row, and more were announced", g.empty)}
	}
	return nil
}

// noteEmpty notes the links of a page to files without rows.
func (g *guard) noteEmpty(method string, rows thrift.Struct) error {
	for _, v := range rows.List(thrift.RowsLinks) {
		link, _ := v.(thrift.Struct)
		if link.Int(thrift.LinkCount) > 0 {
			continue
		}
		address, err := url.Parse(link.Text(thrift.LinkURL))
		if err != nil { // which has the link, and so its signature
			return &AnswerError{Call: method, Reason: "the link to a file of the result is no address"}
		}
		if g.emptyFile == nil {
			if g.emptyFile, err = g.carrier.emptyFile(); err != nil {
				return &AnswerError{Call: method, Reason: g.words(err.Error())}
			}
		}
		g.emptyLinks = append(g.emptyLinks, address.String())
	}
	return nil
}

// countRows counts the rows that a page declares, of which before came before it.
// ends are the rows of the result up to the end of the page, or of each of its files.
func countRows(method string, rows thrift.Struct, before int64) (count int64, ends []int64, err error) {
	for _, v := range rows.List(thrift.RowsBatches) {
		batch, _ := v.(thrift.Struct)
		n, size := batch.Int(thrift.BatchCount), len(batch.Bytes(thrift.BatchData))
		if n < 0 || n > 0 && size == 0 {
			return 0, nil, &AnswerError{Call: method, Reason: fmt.Sprintf("a batch declares %d rows in %d bytes", n, size)}
		}
		count += n
	}
	if count > 0 {
		ends = []int64{before + count}
	}
	links := rows.List(thrift.RowsLinks)
	if count > 0 && len(links) > 0 {
		return 0, nil, &AnswerError{Call: method, Reason: "a page has batches and links to files"}
	}
	for _, v := range links {
		link, _ := v.(thrift.Struct)
		n, offset := link.Int(thrift.LinkCount), link.Int(thrift.LinkOffset)
		if n < 0 || offset != before+count {
			return 0, nil, &AnswerError{Call: method, Reason: fmt.Sprintf("a file declares %d rows from row %d of the result, expected some from row %d", n, offset, before+count)}
		}
		if n > 0 {
			count += n
			ends = append(ends, before+count)
		}
	}
	return count, ends, nil
}
