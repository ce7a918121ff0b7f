/** Short messages about what just happened, read aloud and gone after a while; F6 leads to them. */
import { Toast as Primitive } from '@base-ui/react/toast';
import type { ReactNode } from 'react';
import styles from './toast.module.css';

/** What can be told, and how. */
export interface Toasts {
  /** Something was done. */
  readonly done: (message: ReactNode) => void;
  /** Something was not; stays until it is closed. */
  readonly failed: (message: ReactNode) => void;
}

/** Everything below can tell; see {@link useToasts}. */
export function ToastProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Primitive.Provider>
      {children}
      <Primitive.Portal>
        <Primitive.Viewport className={styles['viewport']}>
          <ToastList />
        </Primitive.Viewport>
      </Primitive.Portal>
    </Primitive.Provider>
  );
}

/** The way to tell something. */
export function useToasts(): Toasts {
  const { add } = Primitive.useToastManager();
  return {
    done: (message) => void add({ title: message, type: 'done' }),
    // Of high priority it would be hidden from whoever cannot see it, while the focus can still go there.
    failed: (message) => void add({ title: message, type: 'failed', timeout: 0 }),
  };
}

function ToastList() {
  const { toasts } = Primitive.useToastManager();
  return toasts.map((toast) => (
    <Primitive.Root key={toast.id} toast={toast} className={styles['toast']}>
      <Primitive.Content className={styles['content']}>
        <Primitive.Title className={styles['text']} render={<p />} />
        <Primitive.Close className={styles['close']} aria-label="Close">
          ×
        </Primitive.Close>
      </Primitive.Content>
    </Primitive.Root>
  ));
}
