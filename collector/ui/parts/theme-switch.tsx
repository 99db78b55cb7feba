/** Dark, light, or as the system is; kept in this browser. */
import { useSignal } from '@preact/signals';

const KEY = 'heapwatch.theme';
const THEMES = ['auto', 'dark', 'light'] as const;
type Theme = (typeof THEMES)[number];

apply(stored());

export function ThemeSwitch() {
  const theme = useSignal<Theme>(stored());
  const change = (event: Event) => {
    const chosen = (event.currentTarget as HTMLSelectElement).value as Theme;
    localStorage.setItem(KEY, chosen);
    theme.value = chosen;
    apply(chosen);
  };
  return (
    <select class="theme" aria-label="Colours" value={theme.value} onChange={change}>
      {THEMES.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

function stored(): Theme {
  const theme = localStorage.getItem(KEY);
  return THEMES.find((name) => name === theme) ?? 'auto';
}

function apply(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
