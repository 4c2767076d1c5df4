package display

import (
	"fmt"
	"sync"
)

var settings = struct {
	sync.Mutex
	width, height float64
	dpi           int
}{width: 360, height: 252, dpi: 144}

// Size sets the size of gonum plots from now on, in points of 1/72 inch, at first
// 360 by 252. Figures of package figures have a size of their own. It panics
// unless both lengths are between 36 and 3600.
func Size(width, height float64) {
	if !(width >= 36 && width <= 3600 && height >= 36 && height <= 3600) {
		panic(fmt.Sprintf("display: size %g x %g is not between 36 and 3600 points", width, height))
	}
	settings.Lock()
	defer settings.Unlock()
	settings.width, settings.height = width, height
}

// DPI sets the resolution of PNGs of plots and figures from now on, in dots per
// inch, at first 144. It panics unless it is between 36 and 600.
func DPI(dpi int) {
	if dpi < 36 || dpi > 600 {
		panic(fmt.Sprintf("display: %d dots per inch are not between 36 and 600", dpi))
	}
	settings.Lock()
	defer settings.Unlock()
	settings.dpi = dpi
}

func look() (width, height float64, dpi int) {
	settings.Lock()
	defer settings.Unlock()
	return settings.width, settings.height, settings.dpi
}
