// Package resident watches how much memory a process and its children hold
// while something runs.
//
//	w := resident.Watch(os.Getpid())
//	load()
//	peak := w.Stop()
//
// What counts is anonymous memory (RssAnon of proc_pid_status(5)): what the
// process allocated itself. Pages of mapped files are the kernel's to drop, and
// stay out. Elsewhere than on Linux nothing is known, and the peak is 0.
package resident
