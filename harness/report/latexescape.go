package report

import (
	"fmt"
	"strings"
	"unicode"
)

// texEscape makes text safe for pdflatex with inputenc. Signs that tables use
// become mathematics, since pdflatex knows few of them as characters. Letters of
// other scripts than Latin are set by lualatex and xelatex, if their font has them;
// pdflatex prints their number instead (see latexNeeds).
func texEscape(text string) string {
	text = texSigns(text)
	if strings.IndexFunc(text, foreign) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsControl(r): // means nothing on paper
		case foreign(r):
			fmt.Fprintf(&b, `\uacschar{U+%04X}{%c}`, r, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// foreign reports whether pdflatex with inputenc and T1 has no such letter.
func foreign(r rune) bool {
	switch {
	case r >= 0x20 && r < 0x7f:
		return false
	case r < 0xa1 || r > 0x17e:
		return true
	}
	return strings.ContainsRune("ĦħĸĿŀŉŦŧ", r)
}

var texSigns = strings.NewReplacer(
	`\`, `\textbackslash{}`, `&`, `\&`, `%`, `\%`, `$`, `\$`, `#`, `\#`, `_`, `\_`, `{`, `\{`, `}`, `\}`,
	`~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`, `<`, `$<$`, `>`, `$>$`, `|`, `$|$`, `"`, `\textquotedbl{}`,
	"\r", "", "\n", " ", "\t", " ", "\u00ad", `\-`,
	"−", "$-$", "±", `$\pm$`, "×", `$\times$`, "÷", `$\div$`, "·", `$\cdot$`, "≤", `$\leq$`, "≥", `$\geq$`, "≠", `$\neq$`, "≈", `$\approx$`,
	"→", `$\rightarrow$`, "←", `$\leftarrow$`, "↑", `$\uparrow$`, "↓", `$\downarrow$`, "↔", `$\leftrightarrow$`,
	"∞", `$\infty$`, "√", `$\surd$`, "∈", `$\in$`, "∑", `$\sum$`, "½", `$\frac12$`, "°", `$^\circ$`, "⁻", `$^{-}$`, "₁", `$_1$`, "₂", `$_2$`,
	"Γ", `$\Gamma$`, "Δ", `$\Delta$`, "Θ", `$\Theta$`, "Λ", `$\Lambda$`, "Π", `$\Pi$`, "Σ", `$\Sigma$`, "Φ", `$\Phi$`, "Ω", `$\Omega$`,
	"α", `$\alpha$`, "β", `$\beta$`, "γ", `$\gamma$`, "δ", `$\delta$`, "ε", `$\varepsilon$`, "η", `$\eta$`, "θ", `$\theta$`, "κ", `$\kappa$`,
	"λ", `$\lambda$`, "μ", `$\mu$`, "µ", `$\mu$`, "π", `$\pi$`, "ρ", `$\rho$`, "σ", `$\sigma$`, "τ", `$\tau$`, "φ", `$\varphi$`, "χ", `$\chi$`, "ω", `$\omega$`,
	"‘", "`", "’", "'", "“", "``", "”", "''", "–", "--", "—", "---", "…", `\ldots{}`, "\u00a0", "~", "\u202f", `\,`,
).Replace
