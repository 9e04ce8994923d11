package auth

// TokenPrefix begins every API token, so that people and scanners know one.
const TokenPrefix = "wb_"
