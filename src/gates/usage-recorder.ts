/** Gathers the uses of old behaviour in memory and writes them in one statement a second. */
export interface UsageRecorder {
  /** One use; returns at once. */
  record(migrationKey: string, accountNumber: number, client: string, at: Date): void;
}
