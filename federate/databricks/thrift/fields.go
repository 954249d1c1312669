package thrift

// Field numbers of the messages of a SQL warehouse: HiveServer2's TCLIService, with
// the fields from 1281 on that Databricks added. Arguments of a call are a struct
// under [Argument], an answer is one under [Result].

// Methods.
const (
	MethodOpenSession    = "OpenSession"
	MethodCloseSession   = "CloseSession"
	MethodExecute        = "ExecuteStatement"
	MethodStatus         = "GetOperationStatus"
	MethodMetadata       = "GetResultSetMetadata"
	MethodFetch          = "FetchResults"
	MethodCancel         = "CancelOperation"
	MethodCloseOperation = "CloseOperation"
)

// The struct of a message's body.
const (
	Argument int16 = 1 // of a call
	Result   int16 = 0 // of a reply
)

// An application exception, the body of a message of type Exception.
const (
	ExceptionMessage int16 = 1
	ExceptionKind    int16 = 2 // i32: 1 unknown method, 6 internal error, 7 protocol error

	ExceptionUnknownMethod int32 = 1
	ExceptionInternal      int32 = 6
)

// The status that every answer has.
const (
	ResponseStatus int16 = 1

	StatusCode     int16 = 1 // i32
	StatusInfo     int16 = 2 // list of strings
	StatusSQLState int16 = 3
	StatusMessage  int16 = 5
	StatusDisplay  int16 = 6

	StatusSuccess       int32 = 0
	StatusError         int32 = 3
	StatusInvalidHandle int32 = 4
)

// A handle of a session or an operation. Requests have it under [Handle]; except
// for OpenSession's, that is their field 1.
const (
	Handle int16 = 1 // of a request, and of the identifier in a session's handle or operation's

	HandleGUID   int16 = 1 // of the identifier: binary, 16 bytes
	HandleSecret int16 = 2

	OperationType      int16 = 2 // i32, 0: a statement
	OperationHasResult int16 = 3
)

// OpenSession.
const (
	OpenConfiguration int16 = 4    // map of strings: the session's parameters
	OpenProtocol      int16 = 1282 // i64: highest protocol version of the client
	OpenNamespace     int16 = 1284
	OpenCatalogs      int16 = 1285 // whether several catalogs can be used

	NamespaceCatalog int16 = 1
	NamespaceSchema  int16 = 2

	OpenedProtocol  int16 = 2 // of the answer, i32: the version of the server
	OpenedHandle    int16 = 3
	OpenedNamespace int16 = 1284
	OpenedCatalogs  int16 = 1285

	ProtocolV8 int32 = 42248 // has direct results, CloudFetch, Arrow, LZ4 and parameters
)

// ExecuteStatement.
const (
	ExecuteStatement    int16 = 2
	ExecuteConf         int16 = 3 // map of strings: overlay for the statement
	ExecuteAsync        int16 = 4
	ExecuteTimeout      int16 = 5    // i64, seconds
	ExecuteDirect       int16 = 1281 // asks for direct results; its field 1 is the number of rows, i64
	ExecuteCanArrow     int16 = 1282
	ExecuteCanDownload  int16 = 1283 // CloudFetch
	ExecuteCanLZ4       int16 = 1284
	ExecuteArrowTypes   int16 = 1286
	ExecuteParameters   int16 = 1288
	DirectMaxRows       int16 = 1
	ArrowTypesTimestamp int16 = 1 // bools of ExecuteArrowTypes: send as Arrow type, not as text
	ArrowTypesDecimal   int16 = 2
	ArrowTypesComplex   int16 = 3

	ParameterOrdinal int16 = 1
	ParameterName    int16 = 2
	ParameterType    int16 = 3
	ParameterValue   int16 = 4 // its field 1 is the text

	ParameterText int16 = 1

	ExecutedHandle int16 = 2
	ExecutedDirect int16 = 1281 // direct results

	DirectStatus   int16 = 1 // answer of GetOperationStatus
	DirectMetadata int16 = 2 // answer of GetResultSetMetadata
	DirectResults  int16 = 3 // answer of FetchResults
	DirectClosed   int16 = 4 // answer of CloseOperation: the operation is closed
)

// GetOperationStatus.
const (
	OperationState     int16 = 2 // i32
	OperationSQLState  int16 = 3
	OperationMessage   int16 = 5
	OperationResultSet int16 = 9
	OperationModified  int16 = 11 // i64: rows written
	OperationDisplay   int16 = 1281

	StateRunning  int32 = 1
	StateFinished int32 = 2
	StateCanceled int32 = 3
	StateClosed   int32 = 4
	StateError    int32 = 5
	StateTimedOut int32 = 8
)

// GetResultSetMetadata.
const (
	MetadataSchema      int16 = 2
	MetadataFormat      int16 = 1281 // i32
	MetadataLZ4         int16 = 1282
	MetadataArrowSchema int16 = 1283 // IPC message of the schema, without an end of stream
	MetadataStaging     int16 = 1287

	FormatArrow   int32 = 0
	FormatColumns int32 = 1
	FormatRows    int32 = 2
	FormatLinks   int32 = 3

	SchemaColumns int16 = 1

	ColumnName     int16 = 1
	ColumnType     int16 = 2 // its field 1 is a list of one type entry
	ColumnPosition int16 = 3 // i32, from 1
	ColumnComment  int16 = 4

	TypeEntries   int16 = 1
	TypePrimitive int16 = 1 // of a type entry

	PrimitiveType       int16 = 1 // i32
	PrimitiveQualifiers int16 = 2

	Qualifiers   int16 = 1 // map: of DECIMAL precision and scale
	QualifierInt int16 = 1
)

// FetchResults.
const (
	FetchOrientation int16 = 2 // i32
	FetchMaxRows     int16 = 3 // i64
	FetchMetadata    int16 = 1283

	OrientationNext int32 = 0

	FetchedMore     int16 = 2 // bool: there are more rows
	FetchedRows     int16 = 3
	FetchedMetadata int16 = 1281 // answer of GetResultSetMetadata

	RowsOffset  int16 = 1 // i64: rows of the result before these
	RowsRows    int16 = 2 // list of rows
	RowsColumns int16 = 3
	RowsBatches int16 = 1281
	RowsLinks   int16 = 1282

	RowValues     int16 = 1 // of a row: list of values
	ValueOfString int16 = 7 // of a value or a column: that of a STRING, a struct
	ValueText     int16 = 1 // of a value of a STRING
	ColumnValues  int16 = 1 // of a column of STRING: list
	ColumnNulls   int16 = 2 // binary, a bit a row, lowest first

	BatchData  int16 = 1 // IPC message of a record batch, without a schema
	BatchCount int16 = 2 // i64, rows

	LinkURL     int16 = 1
	LinkExpires int16 = 2 // i64, seconds since 1970-01-01 UTC
	LinkOffset  int16 = 3 // i64: rows of the result before the file's
	LinkCount   int16 = 4 // i64, rows; the file may have more, which do not count
	LinkBytes   int16 = 5 // i64, size of the file before compression
	LinkHeaders int16 = 6 // map of strings
)
