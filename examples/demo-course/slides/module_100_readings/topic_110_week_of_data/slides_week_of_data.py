# j2 from 'macros.j2' import header

# {{ header("Eine Woche in Zahlen", "A Week in Numbers") }}

# %% [markdown] lang="de" tags=["slide"]
# ## Was der Logger aufgeschrieben hat
#
# <img src="img/station.png" alt="Eine Wetterhütte auf einer Wiese" style="float: right; width: 26%; margin-left: 2em; image-rendering: pixelated;">
#
# Eine Woche lang hat die Station viermal am Tag gemessen. Das Ergebnis ist eine
# Textdatei mit einer Messung je Zeile, die Felder durch Kommas getrennt: eine **CSV-Datei**.
#
# Wir wollen wissen:
#
# - Wie warm war es im Mittel?
# - Welcher Tag war der wärmste?
# - Hat der Logger alles mitbekommen?

# %% [markdown] lang="en" tags=["slide"]
# ## What the Logger Wrote Down
#
# <img src="img/station.png" alt="A weather screen on a meadow" style="float: right; width: 26%; margin-left: 2em; image-rendering: pixelated;">
#
# For one week the station has measured four times a day. The result is a text file
# with one reading per line, its fields separated by commas: a **CSV file**.
#
# We want to know:
#
# - How warm was it on average?
# - Which day was the warmest?
# - Did the logger catch everything?

# %% tags=["keep"]
import csv
from pathlib import Path

# %%
text = Path("data/week.csv").read_text(encoding="utf-8")
for line in text.splitlines()[:5]:
    print(line)

# %% [markdown] lang="de" tags=["slide"]
# ## Aus Text werden Zeilen
#
# Die Kopfzeile nennt die Felder. `csv.DictReader` macht aus jeder weiteren Zeile ein
# Wörterbuch mit diesen Namen als Schlüsseln.

# %% [markdown] lang="en" tags=["slide"]
# ## From Text to Rows
#
# The first line names the fields. `csv.DictReader` turns each further line into a
# dictionary with these names as its keys.

# %%
with open("data/week.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))

len(rows)

# %%
rows[0]

# %% [markdown] lang="de" tags=["subslide"]
# Alle Werte sind noch Text. Also wandeln wir sie um und addieren:

# %% [markdown] lang="en" tags=["subslide"]
# All values are still text. So we convert them and add them up:

# %% tags=["raises-exception"]
sum(float(row["temperature"]) for row in rows)

# %% [markdown] lang="de" tags=["notes"]
# Den Fehler stehen lassen und gemeinsam von unten nach oben lesen: erst die letzte Zeile
# der Meldung, dann die Zeile im eigenen Code.

# %% [markdown] lang="en" tags=["notes"]
# Leave the error on the screen and read it together from the bottom up: first the last
# line of the message, then the line in our own code.

# %% [markdown] lang="de" tags=["slide"]
# ## Echte Daten haben Löcher
#
# In einer Nacht war die Batterie leer. Der Logger hat `n/a` notiert: *not available*.

# %% [markdown] lang="en" tags=["slide"]
# ## Real Data Has Holes
#
# One night the battery was empty. The logger noted `n/a`: *not available*.

# %%
[row for row in rows if row["temperature"] == "n/a"]

# %% [markdown] lang="de"
# Wie gehen wir mit der Lücke um?
#
# | Möglichkeit | Folge |
# |---|---|
# | Null einsetzen | Das Mittel sinkt, ohne dass es kälter war |
# | den Nachbarwert einsetzen | Sieht glatt aus, ist aber erfunden |
# | die Messung weglassen | Ehrlich, solange wir es dazusagen |

# %% [markdown] lang="en"
# What do we do about the gap?
#
# | Option | Consequence |
# |---|---|
# | fill in a zero | The mean drops although it was not colder |
# | fill in the neighbour's value | Looks smooth but is made up |
# | leave the reading out | Honest, as long as we say so |

# %% [markdown] lang="de" tags=["slide"]
# ## Aus Zeilen werden Messungen
#
# <img src="img/data_flow.png" alt="Von der Datei über Zeilen und Messungen zu den Höchstwerten" style="width: 85%;">
#
# Eine **Datenklasse** hält fest, was eine Messung ist: ein Zeitpunkt und eine Temperatur,
# beide mit dem richtigen Typ.

# %% [markdown] lang="en" tags=["slide"]
# ## From Rows to Readings
#
# <img src="img/data_flow.png" alt="From the file by way of rows and readings to the highs" style="width: 85%;">
#
# A **data class** records what a reading is: a time and a temperature, each of them with
# the right type.

# %% tags=["keep"]
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Reading:
    time: datetime
    celsius: float


# %%
def parse(row):
    if row["temperature"] == "n/a":
        return None
    return Reading(datetime.fromisoformat(row["time"]), float(row["temperature"]))


# %%
readings = [reading for row in rows if (reading := parse(row))]
readings[0]

# %%
print(f"{len(readings)} / {len(rows)}")

# %% [markdown] lang="de" tags=["slide"]
# ## Antworten

# %% [markdown] lang="en" tags=["slide"]
# ## Answers

# %%
from statistics import mean

round(mean(reading.celsius for reading in readings), 1)

# %%
highs = {}
for reading in readings:
    day = reading.time.date()
    highs[day] = max(reading.celsius, highs.get(day, reading.celsius))

# %%
for day, high in highs.items():
    print(f"{day:%d.%m.} {high:5.1f} °C  {'█' * round(high)}")

# %% [markdown] lang="de" tags=["subslide"]
# Die fehlende Messung stammt aus der Nacht. Ist unser Mittel dadurch zu hoch oder zu
# niedrig?

# %% [markdown] lang="en" tags=["subslide"]
# The missing reading is one of the night. Is our mean too high or too low because of it?

# %% [markdown] lang="de" tags=["answer"]
# Ein wenig zu hoch: Nachts ist es kühler als im Mittel, und gerade ein solcher Wert fehlt.

# %% [markdown] lang="en" tags=["answer"]
# A little too high: nights are cooler than the mean, and it is such a value that is missing.
