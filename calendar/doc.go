// Package calendar knows the days and hours on which no release may start.
package calendar
