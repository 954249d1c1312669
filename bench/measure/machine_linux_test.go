package measure

import "testing"

func TestProcField(t *testing.T) {
	const text = "processor\t: 0\nmodel name\t: AMD EPYC 9R14\nmodel name\t: other\nflags\t\t: fpu\nMemTotal:       25165824 kB\n"
	for name, want := range map[string]string{
		"model name": "AMD EPYC 9R14", "MemTotal": "25165824 kB", "processor": "0", "model": "", "bogomips": "",
	} {
		if got := procField(text, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
