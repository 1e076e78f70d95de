import { randomInt } from "node:crypto";

const MOODS =
  "amber brave brisk calm clever cosy crisp curious dapper deft eager early fabled fleet fond gentle glad golden hardy hasty " +
  "humble jolly keen kind light lively lucky merry mild nimble noble patient plucky proud quick quiet rapid ready rustic silent " +
  "silver sleepy sly smooth snug spry steady sturdy sunny swift tidy tiny upbeat vivid warm wild wise witty young zesty";
const PLACES =
  "alpine arctic autumn bay beach birch canyon cave cedar cloud coral creek dawn delta desert dune dusk fern fjord forest frost " +
  "glacier harbor heath hill island jungle lagoon lake maple marsh meadow mesa mist moon moor mountain night oak ocean orchard " +
  "pine pond prairie rain reef ridge river sea shore sky snow spring star steppe stone storm summer tide valley wind winter";
const ANIMALS =
  "badger bat bear beaver bison bobcat camel cat cheetah cobra crab crane crow deer dingo dolphin duck eagle falcon ferret finch " +
  "fox frog gecko goat goose hare hawk hedgehog heron horse ibex jackal jay koala lark lemur lion llama lynx magpie marten mole " +
  "moose newt otter owl panda panther parrot puffin rabbit raven robin salmon seal sparrow squirrel stork swan tapir tiger wolf";

const WORDS = [MOODS, PLACES, ANIMALS].map((words) => words.split(" "));

/** Three words, for a player who has given no name. */
export function randomName(): string {
  return WORDS.map((words) => words[randomInt(words.length)]).join("-");
}
