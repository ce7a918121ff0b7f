/** A clock for every process of a world: it goes as time does, and is set forward where a story goes on to another hour. */
import { renameSync, writeFileSync } from 'node:fs';

/** Processes read the present from the file, so between two ticks it stands still. */
const TICK_MS = 50;

/** See the top of this file. */
export class TickingClock {
  private readonly timer: NodeJS.Timeout;
  private setAt = performance.now();
  private told: Date;

  /**
   * @param file for CLOCK_FILE
   * @param instant where it begins
   */
  constructor(
    readonly file: string,
    private instant: Date,
  ) {
    this.told = instant;
    this.tick();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** What the processes take for the present. */
  now(): Date {
    return this.told;
  }

  /** Sets it; to an earlier instant too, where that is the point. */
  moveTo(instant: Date | string): void {
    this.instant = new Date(instant);
    this.setAt = performance.now();
    this.tick();
  }

  /** Sets it forward. */
  pass(ms: number): void {
    this.moveTo(new Date(this.now().getTime() + ms));
  }

  /** Stops it. */
  close(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    this.told = new Date(this.instant.getTime() + Math.floor(performance.now() - this.setAt));
    // Renamed into place: a process that reads while it is written must not find half an instant.
    writeFileSync(`${this.file}.next`, this.told.toISOString());
    renameSync(`${this.file}.next`, this.file);
  }
}
