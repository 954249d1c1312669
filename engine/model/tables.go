package model

// tableKeys are the keys that name a table in all forms but the Audience API's.
var tableKeys = []string{"connection", "catalog", "database", "schema", "table"}

// connectionKeys are what the composable JSON form calls a connection.
var connectionKeys = []string{"connectionId", "federatedQueryConfigId", "connection"}

// table reads the keys that name a table.
func (r *reader) table(m configMap) TableRef {
	ref := TableRef{
		Connection: r.connectionOf(m), Catalog: m.optionalName("catalog"), Schema: m.optionalName("database"),
		Table: m.name("table"),
	}
	if schema := m.optionalName("schema"); schema != "" {
		if ref.Schema != "" && ref.Schema != schema {
			r.problems.add(m.at("schema").schemaDiffers(schema, ref.Schema))
		}
		ref.Schema = schema
	}
	if m.has("catalog") && !m.has("database") && !m.has("schema") {
		m.missing(r.form.schemaKey(), CodeMissingName)
	}
	return ref
}

// schemaKey is the key that the form has for a schema.
func (f Form) schemaKey() string {
	if f == FormComposableYAML || f == FormComposableJSON {
		return "schema"
	}
	return "database"
}

// connectionOf returns the connection that a mapping gives, else that of the
// master table.
func (r *reader) connectionOf(m configMap) string {
	connection := ""
	for _, key := range connectionKeys {
		switch name := m.optionalName(key); {
		case connection == "":
			connection = name
		case name != "" && name != connection:
			r.problems.add(m.at(key).connectionDiffers(name, connection))
		}
	}
	if connection == "" {
		return r.connection
	}
	return connection
}

// masterKey is the column that identifies a customer, with the line that says
// so.
type masterKey struct {
	column string
	line   int
}

// joinsMaster notes the column of the master table that a join has under a key.
// All tables are joined on one, the master's key.
func (r *reader) joinsMaster(m configMap, key, column string) {
	switch {
	case column == "":
	case r.key.column == "":
		r.key = masterKey{column, m.values[key].Line}
	case r.key.column != column:
		r.problems.add(m.at(key).otherMasterKey(column, r.key))
	}
}

// requireMasterKey reports that a file has no attributes and no behaviors whose
// join would name the master's key; other files lack the key of a join and say
// so there.
func (r *reader) requireMasterKey(m configMap, join string) string {
	if r.key.column == "" && len(m.list("attributes")) == 0 && len(m.list("behaviors")) == 0 {
		at := m.place
		if m.has("master") {
			at = m.at("master")
		}
		r.problems.add(at.noMasterKey(join))
	}
	return r.key.column
}
