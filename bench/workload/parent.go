package workload

// parentName is the file of the parent segment, in the warehouse folder.
const parentName = "parent.yml"

// parentYAML is the parent segment over the tables of every shape: what is not the
// key or the time is an attribute or a field.
const parentYAML = `name: Benchmark customers
timezone: UTC
master_table:
  database: main
  table: customers
  key_column: customer_id
behaviors:
  - name: purchase
    database: events
    table: purchases
    key_column: customer_id
    timestamp_column: time
  - name: page_view
    database: events
    table: page_views
    key_column: customer_id
    timestamp_column: time
  - name: email_open
    database: events
    table: email_opens
    key_column: customer_id
    timestamp_column: time
`
