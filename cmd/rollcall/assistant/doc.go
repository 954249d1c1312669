// Package assistant lets AI assistants ask about customers: a server of the Model Context
// Protocol with tools and resources, over stdio and over HTTP.
//
// What is asked stands behind a [Backend]: a snapshot on this machine, the API of a server
// that runs elsewhere, or the service of this process for one caller. The tools are the
// same; those that a backend cannot do, and those that show customers where nobody asked for
// that, are not offered.
//
//	server := assistant.NewServer(backend, assistant.Options{Language: text})
//	err := assistant.ServeStdio(ctx, server, os.Stdin, os.Stdout)
//
// Every tool answers twice: with a short text, and with the JSON object that the command
// prints with --format json. Answers are bounded (see MaxAnswerBytes) and say in "cut" what
// was left out. What is wrong with a call is the answer of the tool, marked as an error,
// with the problem as the HTTP API has it: its code, the places in the rule, the names that
// may be meant. An assistant corrects itself by that.
package assistant
