package exporters

import (
	"bytes"
	"fmt"
	"html"
	"net/http"

	"github.com/andon-project/andon/calendar"
)

// Measures of a drawn month, in units of the drawing.
const (
	svgColumn = 112
	svgRow    = 52
	svgHead   = 64
	svgEdge   = 8
)

// MonthSVG draws a month on its own: a picture for documents and other people's pages.
// It is light, and brings its colours along.
func MonthSVG(m calendar.Month, name string, today calendar.Date) []byte {
	colours := map[string]string{"black": "#b3131f", "warned": "#c98a00", "unreadable": "#8a919b"}
	weeks := drawWeeks(m, today)
	width, height := 7*svgColumn+2*svgEdge, svgHead+len(weeks)*svgRow+svgEdge
	title := html.EscapeString(clip(name) + ": " + monthTitle(m.Year, m.Month) + ", " + m.Zone.String())
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" font-family="system-ui, sans-serif" font-size="14">`+"\n",
		width, height, width, height, title)
	fmt.Fprintf(&b, `<title>%s</title>`+"\n"+`<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", title, width, height)
	fmt.Fprintf(&b, `<text x="%d" y="26" font-size="18" font-weight="600" fill="#1b1f24">%s</text>`+"\n", svgEdge, title)
	for i, day := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		fmt.Fprintf(&b, `<text x="%d" y="54" fill="#555c66">%s</text>`+"\n", svgEdge+i*svgColumn+8, day)
	}
	for row, week := range weeks {
		for column, cell := range week {
			if cell.Day == 0 {
				continue
			}
			x, y := svgEdge+column*svgColumn, svgHead+row*svgRow
			frame, line := "#c4c9d0", 1
			if cell.Today {
				frame, line = "#0b57c2", 3
			}
			fmt.Fprintf(&b, `<g><title>%s</title><rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="%s" stroke-width="%d"/>`,
				html.EscapeString(cell.Words), x, y, svgColumn, svgRow, frame, line)
			fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#1b1f24">%d</text>`, x+8, y+20, cell.Day)
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="14" fill="#d9dde3"/>`, x+8, y+29, dayWidth)
			for _, p := range cell.Parts {
				fmt.Fprintf(&b, `<rect x="%.2f" y="%d" width="%.2f" height="14" fill="%s"/>`, float64(x+8)+p.X, y+29, p.Width, colours[p.Kind])
			}
			b.WriteString("</g>\n")
		}
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (s Sources) serveSVG(w http.ResponseWriter, r *http.Request, c *calendar.Calendar) {
	m, today, err := s.month(c, r.URL.Query().Get("month"))
	if err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	write(w, http.StatusOK, "image/svg+xml", MonthSVG(m, c.Name(), today))
}
