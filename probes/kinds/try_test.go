package kinds

import ("testing";"fmt";"time";"net/http")

func TestTry(t *testing.T){
 for _, x := range []string{`statuss == 200`,`status = 200`,`tls.days_lef > 3`,`tls.days_left > 3.0`,`tls.expiry > timestamp("2020-01-01T00:00:00Z")`,`status`,`body.ok`,`body.n > 3`,`body.m.k == 1`,`body.list[7] == 1`,`headers["x"] == "y"`,`headers["a-b"] == "y"`,`has(headers.foo)`,`elapsed < duration("1s")`,`elapsed < duration("1 s")`,`int(body.s) == 3`,`text.matches("[")`, `body.list.all(a, body.list.all(b, body.list.all(c, a == b)))`, `body.s`, `body.n + 1 == 4`, `body.n == 3`, `body.list[0] == 1`, `1/0 == status`, `status == "200"`, ``, `true`, `size(body.list) == 3 && body.ok`,`body[body.s] == 1`,`kinds.certificate{days_left: 3}.days_left == 3`} {
  e, err := compile([]string{x})
  if err != nil { fmt.Println("COMPILE", x, "=>", err); continue}
  for _, c := range []*certificate{nil, {Expiry: time.Now(), DaysLeft: 3}} {
  a := &answer{status:503, header: http.Header{"A-B":{"y"}}, elapsed: time.Second, body: []byte(`{"ok":true,"n":3,"s":"secret","list":[1,2,3]}`), tls:c}
  fmt.Println("EVAL", x, e[0].uses, "=>", judge(t.Context(), e, a))
  }
 }
}
