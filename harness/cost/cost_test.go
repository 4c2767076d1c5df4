package cost

import "testing"

func TestMean(t *testing.T) {
	for _, c := range []struct {
		name          string
		axis          Axis
		first, second float64
		want          float64
	}{
		{"nothing escalated", Axis{Small: 1, Large: 100}, 0, 0, 1},
		{"a quarter escalated, half of those twice: 1+25+12.5", Axis{Small: 1, Large: 100}, 0.25, 0.125, 38.5},
		{"second round with a cached prefix: 1+25+0.125·20", Axis{Small: 1, Large: 100, Second: 20}, 0.25, 0.125, 28.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.axis.Mean(c.first, c.second); got != c.want {
				t.Errorf("Mean = %v, want %v", got, c.want)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	good := Axis{Name: "calls", Unit: "calls per clip", Large: 1, Source: "counted"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Axis){
		"cost axis: name and unit are required":                               func(a *Axis) { a.Unit = "" },
		"cost axis calls: large must be above 0":                              func(a *Axis) { a.Large = 0 },
		"cost axis calls: a price is negative":                                func(a *Axis) { a.Small = -1 },
		"cost axis calls: a logarithmic axis needs small > 0":                 func(a *Axis) { a.Log = true },
		"cost axis calls: source is required: where do the prices come from?": func(a *Axis) { a.Source = "" },
	} {
		a := good
		change(&a)
		if err := a.Validate(); err == nil || err.Error() != want {
			t.Errorf("err = %v, want %s", err, want)
		}
	}
}
