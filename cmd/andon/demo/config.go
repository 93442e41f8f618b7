package demo

import _ "embed" // of the configuration

// Config is the configuration that andon runs in the demo. It refers to
// ${env:DEMO_SHOP}, a base URL, ${env:DEMO_SHOP_ADDRESS}, host:port, and to
// ${env:DEMO_BLACK_FROM} and …_TO, the times in UTC between which it is a BlackDay.
//
//go:embed andon.yaml
var Config []byte
