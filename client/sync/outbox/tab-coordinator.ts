import type { OutboxPort, OutboxStorage, StoredEntry, TabMessage } from "./outbox-port.ts";

export type LinkListeners = {
  /** This tab is to send, as soon as it knows what the one before has left on the device. */
  readonly gained: () => Promise<void>;
  /** This tab is the one that sends. */
  readonly ready: () => void;
  readonly heard: (message: TabMessage) => void;
  /** The device took no more. */
  readonly failed: () => void;
};

/** An outbox's side of the device and of the other tabs. What the device does not take stays in this page. */
export class OutboxLink {
  readonly #listeners: LinkListeners;
  /** `null`: everything stays in this page; `undefined`: it is not known yet. */
  #port: OutboxPort | null | undefined;
  #isOver = false;
  #undo: (() => void)[] = [];
  #isSender = false;
  /** How often it was decided who sends. */
  #turn = 0;

  constructor(listeners: LinkListeners) {
    this.#listeners = listeners;
  }

  /** Whoever was here has left, and nobody has come since. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get isSender(): boolean {
    return this.#isSender;
  }

  /** Somebody is here, whose port is still to come. */
  expect(): void {
    this.#isOver = false;
  }

  open(port: OutboxPort | null): void {
    this.#isOver = false;
    this.#port = port;
    const begin = () => {
      this.#isSender = true;
      this.#listeners.ready();
    };
    if (port === null) {
      begin();
      return;
    }
    this.#undo.push(port.tabs.listen(this.#listeners.heard));
    const gained = () => {
      const turn = this.#yield();
      void this.#listeners.gained().then(() => {
        if (turn === this.#turn) begin();
      });
    };
    const lost = () => void this.#yield();
    this.#undo.push(port.lock.hold(gained, lost));
  }

  close(): void {
    for (const undo of this.#undo) undo();
    this.#undo = [];
    this.#port = undefined;
    this.#isOver = true;
    this.#yield();
  }

  #yield(): number {
    this.#isSender = false;
    this.#turn += 1;
    return this.#turn;
  }

  post(message: TabMessage): void {
    this.#port?.tabs.post(message);
  }

  /** `null` where nothing came of it. */
  async keep<Value>(work: (storage: OutboxStorage) => Promise<Value>): Promise<Value | null> {
    const port = this.#port;
    if (!port) return null;
    try {
      return await work(port.storage);
    } catch {
      if (port === this.#port) this.#listeners.failed();
      return null;
    }
  }

  /** Tells `written` its order once the change is on the device, or `null` when it stays in this page. */
  write(entry: StoredEntry, written: (order: number | null) => void): void {
    const port = this.#port;
    if (port === null) written(null);
    if (!port) return;
    void this.keep((storage) => storage.add(entry)).then((order) => {
      if (order !== null) port.tabs.post({ kind: "added", entry: { ...entry, order } });
      if (port === this.#port) written(order);
    });
  }
}
