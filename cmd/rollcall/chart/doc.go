// Package chart draws the answers of package ask.
//
// Whatever is drawn comes from the object that JSON is made of: what a caller may not see
// was taken out of it before, and is in no picture.
package chart
