package ical

import "strings"

// WindowsNames are the names in Windows' table, and the texts of Outlook.
func WindowsNames() (names, texts []string) {
	for line := range strings.Lines(strings.TrimSpace(windowsZones)) {
		fields := strings.Split(strings.TrimSpace(line), "|")
		names, texts = append(names, fields[0]), append(texts, fields[2:]...)
	}
	return names, texts
}
