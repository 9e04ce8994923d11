package health_test

import (
	"testing"

	"watchbill/health"
)

func TestMoney(t *testing.T) {
	for _, test := range []struct {
		minor             int64
		currency          string
		decimal, forHuman string
	}{
		{123450, "EUR", "1234.50", "1,234.50 EUR"}, {5, "EUR", "0.05", "0.05 EUR"}, {-5, "EUR", "-0.05", "−0.05 EUR"}, {750, "JPY", "750", "750 JPY"}, {1234567, "JPY", "1234567", "1,234,567 JPY"},
		{1500, "KWD", "1.500", "1.500 KWD"}, {0, "KWD", "0.000", "0.000 KWD"}, {-123456789, "GBP", "-1234567.89", "−1,234,567.89 GBP"},
	} {
		if got := health.Decimal(test.minor, test.currency); got != test.decimal {
			t.Errorf("%d %s is %s, want %s", test.minor, test.currency, got, test.decimal)
		}
		if got := health.Money(test.minor, test.currency); got != test.forHuman {
			t.Errorf("%d %s is %s, want %s", test.minor, test.currency, got, test.forHuman)
		}
		if test.minor >= 0 {
			if got, err := health.ParseMoney(test.decimal, test.currency); err != nil || got != test.minor {
				t.Errorf("%s %s is read as %d, %v", test.decimal, test.currency, got, err)
			}
		}
	}
	for text, currency := range map[string]string{"7.555": "EUR", "7.5": "JPY", "7.5555": "KWD", "": "EUR", ".": "EUR", "-1": "EUR", "1e3": "EUR", "1 000": "EUR", "1,000.00": "EUR", "9999999999999999": "EUR", "€7": "EUR", "٣": "EUR"} {
		if got, err := health.ParseMoney(text, currency); err == nil {
			t.Errorf("%q %s is read as %d", text, currency, got)
		}
	}
	for code, want := range map[string]bool{"EUR": true, "JPY": true, "KWD": true, "eur": false, "EU": false, "R U": false, "XYZ": false, "UR ": false, "": false, "DEU": false} {
		if health.KnownCurrency(code) != want {
			t.Errorf("%q is known: %v", code, !want)
		}
	}
}
