package measure

import "runtime"

// ThisMachine describes the machine that the program runs on. What cannot be
// told is empty or 0.
func ThisMachine() Machine {
	return Machine{
		CPU: cpuModel(), Cores: runtime.NumCPU(), MemoryBytes: memoryBytes(),
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(),
	}
}
