// Package wording writes numbers for people to read.
package wording
