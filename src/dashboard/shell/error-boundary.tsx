/** Keeps a page that fails from taking the whole dashboard with it. */
import { Component, type ReactNode } from 'react';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/states.tsx';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

interface ErrorBoundaryState {
  readonly failed: boolean;
}

/** Give it the address as `key`, so that going elsewhere begins anew. React logs what failed. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { failed: false };

  static getDerivedStateFromError(): ErrorBoundaryState {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Empty title="This page could not be shown.">
        <p>Graceline may have been updated meanwhile, or it is a fault of ours. Reload the page; nothing you saved is lost.</p>
        <Button look="primary" onClick={() => location.reload()}>
          Reload
        </Button>
      </Empty>
    );
  }
}
