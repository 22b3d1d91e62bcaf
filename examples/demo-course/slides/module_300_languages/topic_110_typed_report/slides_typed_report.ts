// j2 from 'macros.j2' import header

// %% [markdown] lang="de" tags=["slide"]
// {{ header("Ein Wetterbericht in TypeScript", "A Weather Report in TypeScript") }}

// %% [markdown] lang="de" tags=["slide"]
// ## Was alles passieren kann
//
// Die Webseite der Station zeigt nicht nur Temperaturen. Eine Meldung ist entweder eine
// Messung, eine Warnung oder eine Störung, und jede Art hat ihre eigenen Felder:
//
// | Art | Felder |
// |---|---|
// | `reading` | Uhrzeit, Temperatur |
// | `warning` | Uhrzeit, Grund, Stufe |
// | `outage` | Uhrzeit, Dauer in Minuten |
//
// In TypeScript beschreibt das ein **Vereinigungstyp**. Das Feld `kind` unterscheidet die Fälle.

// %% [markdown] lang="en" tags=["slide"]
// ## All That Can Happen
//
// The web page of the station shows more than temperatures. A message is a reading, a
// warning or an outage, and each kind has its own fields:
//
// | Kind | Fields |
// |---|---|
// | `reading` | time, temperature |
// | `warning` | time, reason, level |
// | `outage` | time, duration in minutes |
//
// In TypeScript a **union type** describes this. The field `kind` tells the cases apart.

// %%
type Message =
  | { kind: "reading"; time: string; celsius: number }
  | { kind: "warning"; time: string; reason: string; level: 1 | 2 | 3 }
  | { kind: "outage"; time: string; minutes: number };

// %% tags=["keep"]
const messages: Message[] = [
  { kind: "reading", time: "06:00", celsius: 12.4 },
  { kind: "warning", time: "09:30", reason: "storm", level: 2 },
  { kind: "reading", time: "12:00", celsius: 17.9 },
  { kind: "outage", time: "14:10", minutes: 25 },
  { kind: "reading", time: "18:00", celsius: 15.2 },
];

// %% [markdown] lang="de" tags=["slide"]
// ## Jeder Fall seine Zeile
//
// In jedem Zweig kennt der Compiler die Art der Meldung und damit ihre Felder.

// %% [markdown] lang="en" tags=["slide"]
// ## A Line for Each Case
//
// In each branch the compiler knows the kind of the message, and with it the fields.

// %% lang="de" tags=["start"]
function describe(message: Message): string {
  switch (message.kind) {
    case "reading":
      return `${message.time}  ${message.celsius.toFixed(1)} °C`;
    // Hier fehlen zwei Fälle.
    default:
      return message.time;
  }
}

// %% lang="en" tags=["start"]
function describe(message: Message): string {
  switch (message.kind) {
    case "reading":
      return `${message.time}  ${message.celsius.toFixed(1)} °C`;
    // Two cases are missing here.
    default:
      return message.time;
  }
}

// %% tags=["alt"]
function describe(message: Message): string {
  switch (message.kind) {
    case "reading":
      return `${message.time}  ${message.celsius.toFixed(1)} °C`;
    case "warning":
      return `${message.time}  ${"!".repeat(message.level)} ${message.reason}`;
    case "outage":
      return `${message.time}  -- (${message.minutes} min)`;
  }
}

// %% tags=["keep"]
for (const message of messages) {
  console.log(describe(message));
}

// %% [markdown] lang="de" tags=["subslide"]
// Die fertige Funktion endet nach dem `switch` ohne `return`. Warum ist der Compiler trotzdem
// zufrieden?

// %% [markdown] lang="en" tags=["subslide"]
// The finished function has no `return` after the `switch`. Why is the compiler happy all
// the same?

// %% [markdown] lang="de" tags=["answer"]
// Er weiß, dass es keine vierte Art gibt. Kommt eine hinzu, meldet er genau diese Stelle.

// %% [markdown] lang="en" tags=["answer"]
// It knows that there is no fourth kind. Once somebody adds one, it reports this very place.

// %% [markdown] lang="de" tags=["slide"]
// ## Nur die Temperaturen
//
// `flatMap` siebt und wandelt in einem Zug um: Eine leere Liste heißt »weglassen«.

// %% [markdown] lang="en" tags=["slide"]
// ## Only the Temperatures
//
// `flatMap` sieves and converts in one go: an empty list means “leave out”.

// %%
const temperatures = messages.flatMap((message) =>
  message.kind === "reading" ? [message.celsius] : []
);
console.log(temperatures);

// %%
const average = temperatures.reduce((sum, value) => sum + value, 0) / temperatures.length;
console.log(average.toFixed(2));

// %% [markdown] lang="de" tags=["slide"]
// ## Komma oder Punkt?
//
// Wer den Bericht liest, erwartet die Schreibweise der eigenen Sprache. Die nächste Zelle gibt
// es deshalb einmal auf Deutsch und einmal auf Englisch; jede Fassung der Folien zeigt ihre.

// %% [markdown] lang="en" tags=["slide"]
// ## Comma or Point?
//
// Whoever reads the report expects the notation of their own language. That is why the next
// cell exists once in German and once in English; each version of the slides shows its own.

// %% lang="de"
const numberFormat = new Intl.NumberFormat("de", { maximumFractionDigits: 1 });
console.log(`Im Mittel ${numberFormat.format(average)} °C`);

// %% lang="en"
const numberFormat = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
console.log(`${numberFormat.format(average)} °C on average`);

// %% [markdown] lang="de" tags=["notes"]
// Zum Abschluss eine vierte Art `sunrise` einführen und gemeinsam der Fehlermeldung folgen.

// %% [markdown] lang="en" tags=["notes"]
// To finish, introduce a fourth kind `sunrise` and follow the error message together.
