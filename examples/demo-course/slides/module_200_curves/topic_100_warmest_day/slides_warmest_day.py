# j2 from 'macros.j2' import header

# {{ header("Der wärmste Tag", "The Warmest Day") }}

# %% [markdown] lang="de" tags=["slide"]
# ## Ein Monat auf einen Blick
#
# Aus der Woche ist ein Monat geworden: 31 Tage mit Tiefstwert, Höchstwert und Regenmenge.
# Eine Tabelle dieser Länge liest niemand gern. Also zeichnen wir sie.
#
# Das Modul `charts.py` liegt neben diesem Notebook. Es macht aus Zahlen eine Kurve und
# braucht dazu nichts als die Standardbibliothek.

# %% [markdown] lang="en" tags=["slide"]
# ## A Month at a Glance
#
# The week has become a month: 31 days, each with its low, its high and its rainfall.
# Nobody likes to read a table of that length. So we draw it.
#
# The module `charts.py` lies beside this notebook. It turns numbers into a curve and
# needs nothing but the standard library.

# %% tags=["keep"]
import csv
from dataclasses import dataclass
from datetime import date
from statistics import mean

from charts import bar_chart, line_chart


# %% tags=["keep"]
@dataclass(frozen=True)
class Day:
    date: date
    low: float
    high: float
    rain: float


with open("data/may.csv", newline="", encoding="utf-8") as file:
    days = [
        Day(date.fromisoformat(row["date"]), float(row["low"]), float(row["high"]), float(row["rain"]))
        for row in csv.DictReader(file)
    ]

days[0]

# %% [markdown] lang="de" tags=["subslide"]
# Höchst- und Tiefstwerte in einem Bild:

# %% [markdown] lang="en" tags=["subslide"]
# Highs and lows in one picture:

# %%
line_chart("°C", max=[day.high for day in days], min=[day.low for day in days])

# %% [markdown] lang="de" tags=["voiceover"]
# Hier lohnt sich eine Pause. Man sieht drei warme Phasen und nach der ersten eine Front, die
# von einem Tag auf den anderen fast sieben Grad gekostet hat.

# %% [markdown] lang="en" tags=["voiceover"]
# This is worth a pause. You can see three warm spells, and after the first of them a front
# that took almost seven degrees from one day to the next.

# %% [markdown] lang="de" tags=["slide"]
# ## Übung: Der wärmste Tag
#
# Schreibe eine Funktion `warmest`, die aus einer Liste von Tagen den mit dem höchsten
# Höchstwert liefert.
#
# *Tipp:* `max` nimmt als Argument `key` eine Funktion entgegen, die zu jedem Element den
# Wert liefert, nach dem verglichen wird.

# %% [markdown] lang="en" tags=["slide"]
# ## Exercise: The Warmest Day
#
# Write a function `warmest` that takes a list of days and returns the one with the
# highest high.
#
# *Hint:* `max` accepts as its argument `key` a function that returns, for each item, the
# value to compare by.


# %% lang="de" tags=["start"]
def warmest(days):
    """Liefert den Tag mit dem höchsten Höchstwert."""
    ...


# %% lang="en" tags=["start"]
def warmest(days):
    """Returns the day with the highest high."""
    ...


# %% tags=["alt"]
def warmest(days):
    return max(days, key=lambda day: day.high)


# %% tags=["keep"]
warmest(days)

# %% [markdown] lang="de" tags=["notes"]
# Wer schnell fertig ist, sucht den Tag mit der größten Spanne zwischen Tiefst- und
# Höchstwert. Nur die Funktion hinter `key` ändert sich.

# %% [markdown] lang="en" tags=["notes"]
# Those who finish early look for the day with the widest span between low and high.
# Only the function behind `key` changes.

# %% [markdown] lang="de" tags=["slide"]
# ## Wird es nun wärmer oder nicht?
#
# Die Kurve zappelt. Ein **gleitendes Mittel** beruhigt sie: Jeder Wert wird durch das
# Mittel der letzten $n$ Werte ersetzt.
#
# $$m_i = \frac{1}{n} \sum_{k=0}^{n-1} x_{i-k}$$
#
# Die ersten $n - 1$ Tage haben noch nicht genug Vorgänger. Dort steht `None`, und die
# Kurve beginnt entsprechend später.

# %% [markdown] lang="en" tags=["slide"]
# ## So Is It Getting Warmer or Not?
#
# The curve fidgets. A **moving average** calms it down: each value is replaced by the
# mean of the last $n$ values.
#
# $$m_i = \frac{1}{n} \sum_{k=0}^{n-1} x_{i-k}$$
#
# The first $n - 1$ days do not have enough predecessors yet. They get `None`, and the
# curve begins that much later.

# %% [markdown] lang="de" tags=["subslide"]
# ### Übung
#
# Ergänze die Funktion. Prüfe sie an einer Liste, deren Ergebnis du im Kopf ausrechnen kannst.

# %% [markdown] lang="en" tags=["subslide"]
# ### Exercise
#
# Complete the function. Check it with a list whose result you can work out in your head.


# %% tags=["start"]
def moving_average(values, n):
    averages = [None] * (n - 1)
    ...
    return averages


# %% tags=["alt"]
def moving_average(values, n):
    averages = [None] * (n - 1)
    for end in range(n, len(values) + 1):
        averages.append(mean(values[end - n:end]))
    return averages


# %% tags=["keep"]
moving_average([1, 2, 3, 4, 5], 3)

# %% tags=["del"]
# First draft with a running sum; replaced because rounding errors pile up.
def moving_average_draft(values, n):
    total = sum(values[:n])
    yield total / n
    for new, old in zip(values[n:], values):
        total += new - old
        yield total / n


# %% [markdown] lang="de" tags=["slide"]
# ## Das ruhige Bild

# %% [markdown] lang="en" tags=["slide"]
# ## The Calm Picture

# %%
highs = [day.high for day in days]
line_chart("°C", max=highs, mean_7=moving_average(highs, 7))

# %% [markdown] lang="de" tags=["subslide"]
# Die geglättete Kurve erreicht ihren Gipfel später als die gemessene. Warum?

# %% [markdown] lang="en" tags=["subslide"]
# The smoothed curve reaches its peak later than the measured one. Why?

# %% [markdown] lang="de" tags=["answer"]
# Das Mittel schaut nur zurück. Es steigt noch, solange wärmere Tage nachrücken als
# herausfallen, und hinkt im Schnitt $(n - 1) / 2$ Tage hinterher: hier drei.

# %% [markdown] lang="en" tags=["answer"]
# The average only looks back. It goes on rising while the days that enter are warmer than
# those that leave, and so it lags by $(n - 1) / 2$ days on average: three in this case.

# %% [markdown] lang="de" tags=["slide"]
# ## Und der Regen?
#
# Regen ist keine Kurve: Zwischen zwei Tagen regnet es nicht »ein Mittelding«.
# Mengen zeichnet man als Balken, die bei null beginnen.

# %% [markdown] lang="en" tags=["slide"]
# ## What About the Rain?
#
# Rain is not a curve: there is no “something in between” from one day to the next.
# Amounts are drawn as bars that begin at zero.

# %%
bar_chart("mm", [day.rain for day in days])

# %%
f"{sum(day.rain for day in days):.1f} mm"
