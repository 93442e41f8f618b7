package shop

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
)

// A Product is something on the shelf.
type Product struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Text  string `json:"text"`
	Price int    `json:"price"` // JPY, which has no smaller unit
}

func shelf() []Product {
	return []Product{
		{"andon", "Andon floor lamp", "Washi paper on a cedar frame. Warm light for long evenings.", 12800},
		{"chochin", "Chochin", "The folding lantern over the door. It says that you are open.", 4200},
		{"bonbori", "Bonbori", "Six sides, one foot. For the garden path in spring.", 7600},
		{"candles", "Rapeseed wax candles", "A box of twelve. They burn without smoke.", 1900},
	}
}

func products(w http.ResponseWriter, _ *http.Request) {
	tell(w, http.StatusOK, map[string]any{"currency": "JPY", "products": shelf()})
}

type line struct {
	Product  string `json:"product"`
	Quantity int    `json:"quantity"`
	Price    int    `json:"price"` // of all
}

func cart(w http.ResponseWriter, _ *http.Request) {
	goods := shelf()
	lines := []line{{goods[0].ID, 1, goods[0].Price}, {goods[3].ID, 2, 2 * goods[3].Price}}
	tell(w, http.StatusOK, map[string]any{
		"currency": "JPY", "lines": lines, "total": lines[0].Price + lines[1].Price,
	})
}

// checkout takes any cart and charges nobody. It keeps nothing: the order's
// id follows from the request, so that a repeated order is the same order.
func checkout(w http.ResponseWriter, r *http.Request) {
	h := sha256.New()
	fmt.Fprintf(h, "%q", r.Header.Get("Idempotency-Key"))
	io.Copy(h, r.Body)
	tell(w, http.StatusOK, map[string]any{
		"order": "T-" + hex.EncodeToString(h.Sum(nil)[:6]), "status": "accepted", "charged": 0,
	})
}

func healthz(w http.ResponseWriter, _ *http.Request) {
	tell(w, http.StatusOK, map[string]string{"status": "alive"})
}

// apiFails answers as a broken API does: with an error, or with the page of
// some proxy and a 200 that fools whoever looks at the status alone.
func apiFails(w http.ResponseWriter, _ *http.Request, m Mode) {
	if m == Garbage {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<!DOCTYPE html>\n<title>Welcome</title>\n<h1>It works!</h1>\n")
		return
	}
	tell(w, http.StatusInternalServerError, map[string]string{
		"error": "the shop is broken on purpose: mend it with POST /mend"})
}
