/** A value that is JSON already: made once, and put into many answers as it is. */
export class JsonText {
  constructor(readonly text: string) {}
}
