// The package has no types.
declare module "cluster-key-slot" {
  /**
   * The slot of a key or channel, 0 to 16383. Hashes the text in the first braces if there is one, else the whole key.
   */
  export default function slotOf(key: string): number;
}
