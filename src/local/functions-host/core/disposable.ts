type DisposableLike = { dispose(): unknown };

/** The `Disposable` of the core module: runs its callback once, when disposed. */
export class Disposable {
  #callback: (() => unknown) | undefined;

  static from(...disposables: readonly DisposableLike[]): Disposable {
    return new Disposable(() => {
      for (const disposable of disposables) disposable.dispose();
    });
  }

  constructor(callback: () => unknown) {
    this.#callback = callback;
  }

  dispose(): void {
    const callback = this.#callback;
    this.#callback = undefined;
    callback?.();
  }
}
