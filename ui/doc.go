// Package ui draws the pages of Watchbill.
package ui
