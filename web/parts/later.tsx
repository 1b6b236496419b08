import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { Pending } from './pending';

type Module<Props> = { default: ComponentType<Props> };

/** A component whose code is loaded when it is shown first, for what few people open. It is its module's default export. */
export function later<Props extends object>(load: () => Promise<Module<Props>>) {
  const loaded = signal<Module<Props> | null>(null);
  const failed = signal(false);
  return function Later(props: Props) {
    useEffect(() => {
      load().then((module) => (loaded.value = module), () => (failed.value = true));
    }, []);
    const Loaded = loaded.value?.default;
    if (Loaded) return <Loaded {...props} />;
    if (failed.value) return <p class="refusal" role="alert">This part could not be loaded. Please reload the page.</p>;
    return <Pending />;
  };
}
