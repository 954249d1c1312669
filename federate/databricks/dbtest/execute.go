package dbtest

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// execute starts a statement and waits for its result for a while, if the client
// wants that.
func (c *call) execute() thrift.Fields {
	s := c.server
	session := s.session(c.key())
	if session == nil {
		return failed(c.unknownSession())
	}
	o := s.newOperation(session, c.form())
	if o == nil {
		return failed(c.unknownSession())
	}
	statement, params := c.args.Text(thrift.ExecuteStatement), c.params()
	go o.run(func(ctx context.Context) (*Result, error) { return session.sql.Query(ctx, statement, params) }, c.hit)
	out := append(succeeded(), thrift.Field{Number: thrift.ExecutedHandle, Value: o.handle})
	if !c.args.Has(thrift.ExecuteDirect) || s.options.DirectWait < 0 || c.hit.is(Late) {
		return out
	}
	return append(out, thrift.Field{Number: thrift.ExecutedDirect, Value: c.direct(o)})
}

// form reads from the call how the client wants its result.
func (c *call) form() form {
	return form{
		links:    c.server.options.CloudFetch && c.args.Bool(thrift.ExecuteCanDownload),
		lz4:      c.args.Bool(thrift.ExecuteCanLZ4),
		decimals: c.args.Struct(thrift.ExecuteArrowTypes).Bool(thrift.ArrowTypesDecimal),
	}
}

// params reads the parameters of the call.
func (c *call) params() []Param {
	var params []Param
	for _, v := range c.args.List(thrift.ExecuteParameters) {
		p, _ := v.(thrift.Struct)
		value := p.Struct(thrift.ParameterValue)
		params = append(params, Param{
			Name:  p.Text(thrift.ParameterName),
			Type:  p.Text(thrift.ParameterType),
			Value: value.Text(thrift.ParameterText),
			Null:  !value.Has(thrift.ParameterText),
		})
	}
	return params
}

// direct waits for the end of the statement and returns its state, and if it has
// ended its first rows. If these are all, it closes the operation.
func (c *call) direct(o *operation) thrift.Fields {
	wait := time.NewTimer(c.server.options.DirectWait)
	defer wait.Stop()
	select {
	case <-o.done:
	case <-wait.C:
	case <-c.request.Context().Done():
	}
	status := o.status()
	select {
	case <-o.done:
		status = o.status()
	default:
		return thrift.Fields{{Number: thrift.DirectStatus, Value: status}}
	}
	out := thrift.Fields{{Number: thrift.DirectStatus, Value: status}}
	whole := true
	if o.failure() == nil {
		page := c.page(o, c.args.Struct(thrift.ExecuteDirect).Int(thrift.DirectMaxRows))
		if !c.hit.is(NoMetadata) {
			out = append(out, thrift.Field{Number: thrift.DirectMetadata, Value: page.metadata})
		}
		out = append(out, thrift.Field{Number: thrift.DirectResults, Value: page.answer})
		whole = !page.more
	}
	if whole {
		c.server.closeOperation(o)
		out = append(out, thrift.Field{Number: thrift.DirectClosed, Value: succeeded()})
	}
	return out
}
