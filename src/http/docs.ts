export function docsPage(_nonce: string): string { return "docs"; }
