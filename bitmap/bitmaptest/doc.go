// Package bitmaptest has what random tests share, here and in the packages above.
package bitmaptest
