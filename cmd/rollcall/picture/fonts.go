package picture

import (
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
)

// sans is the typeface of pictures.
var sans = font.Font{Typeface: "Liberation", Variant: "Sans"}

// fonts are the two that pictures are set in. The collection of gonum has all twelve of
// the family, which would weigh on the command.
var fonts = sync.OnceValue(func() *font.Cache {
	bold := sans
	bold.Weight = xfont.WeightBold
	return font.NewCache(font.Collection{
		{Font: sans, Face: face(liberationsansregular.TTF)},
		{Font: bold, Face: face(liberationsansbold.TTF)},
	})
})

// face reads a font that is built in.
func face(ttf []byte) *opentype.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic(err) // it is the same in every binary
	}
	return f
}

// setter returns what sets texts in the fonts.
func setter() text.Handler { return text.Plain{Fonts: fonts()} }
