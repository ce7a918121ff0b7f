// Before the first paint, and a file of its own because the content security policy forbids inline scripts.
// The key is that of theme/theme.ts.
try {
  const theme = localStorage.getItem('graceline.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be forbidden; the theme is the system's then.
}
