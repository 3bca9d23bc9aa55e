// How a trouble is put in its place: a fault that is played when a call arrives, or something that happens in the world in
// that moment, before the call is answered.
import type { Fault, FaultMatch, FaultSubject } from "../../../double/faults.ts";
import { serverError } from "../../../double/fault-presets.ts";
import type { Story } from "../../support/story.ts";
import type { CallClass } from "./calls.ts";
import type { Scene } from "./play.ts";

/** Where a trouble is put: the nth call of a class in one scene. `undo` takes back what is still arranged in the end. */
export type Place = {
  story: Story;
  scene: Omit<Scene, "pull">;
  call: CallClass;
  match: FaultMatch;
  undo: (() => void)[];
};

/** Plays the fault at that call, and at those of its kind that follow. */
export function add({ story, match, undo }: Place, fault: Fault, times = 1): void {
  undo.push(story.double.faults.add({ match, fault, times }));
}

/** Lets `what` happen when the call arrives. */
export function happen(place: Place, what: (place: Place, call: FaultSubject) => void): void {
  const { story, match, undo } = place;
  const { when, nth = 1 } = match;
  let left = nth;
  const arrives: FaultMatch = {
    ...match,
    nth: 1,
    when: (subject) => {
      if (left === 0 || when?.(subject) === false) return false;
      left -= 1;
      if (left === 0) what(place, subject);
      return false;
    },
  };
  undo.push(story.double.faults.add({ match: arrives, fault: serverError }));
}
