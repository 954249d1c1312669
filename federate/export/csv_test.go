package export

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"
)

func TestCSV(t *testing.T) {
	want := `key,s,i,f,d9,d18,d19,d38,b,day,at,ss,is,fs,ds,bs,days,ats
a,Gold,9007199254740993,0.1,-1234567.89,999999999999999999,-9999999999999999.999,-` + nines + `,true,1969-12-31,1969-12-31T23:59:59.999999Z,"[""x"","""",null,""x""]","[1,null,-3]","[0.5,null]","[-0.0001,null]","[true,null,false]","[""1900-01-01"",null]","[""1900-01-01T00:00:00Z"",null]"
b,,` + minInt + `,-1e+300,0.01,-999999999999999999,9999999999999999.999,` + nines + `,false,2200-12-31,2024-02-29T12:00:00.5Z,[],[],[],[],[],[],[]
c,,,,,,,,,,,,,,,,,
,Gold,0,-0,0.00,0,0.000,0.0000,true,1970-01-01,1970-01-01T00:00:00Z,[null],[null],[null],[null],[null],[null],[null]
` + "\"quote \"\" comma , line\r\nNUL \x00 emoji \U0001F600 \\N\",\"quote \"\" comma , line\r\nNUL \x00 emoji \U0001F600 \\N\",,,,,,,,,," +
		`"[""quote \"" comma , line\r\nNUL \u0000 emoji ` + "\U0001F600" + ` \\N"",""b""]",,,,,,` + "\n"
	got := writeBytes(t, allTypes, Options{Format: CSV}, allRows(t)...)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestCSVFloats(t *testing.T) {
	schema, batch := infinities()
	want := `key,f,fs
0,Infinity,"[""Infinity""]"
1,-Infinity,"[""-Infinity""]"
2,1e+21,[1e+21]
3,123456789,[123456789]
4,1e-07,[1e-07]
5,1.7976931348623157e+308,[1.7976931348623157e+308]
`
	if diff := cmp.Diff(want, string(writeBytes(t, schema, Options{Format: CSV}, batch))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestCSVOneColumn(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{nullable("s", arrow.BinaryTypes.String)}, nil)
	batch := batchOf(t, schema, `[{"s":"a"},{"s":""},{},{"s":"<b>&"}]`)
	want := "s\na\n\"\"\n\"\"\n<b>&\n"
	if diff := cmp.Diff(want, string(writeBytes(t, schema, Options{Format: CSV}, batch))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
