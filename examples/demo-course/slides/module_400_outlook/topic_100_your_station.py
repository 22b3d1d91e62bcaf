# j2 from 'macros.j2' import header

# {{ header("Deine eigene Station", "Your Own Station") }}

# %% [markdown] lang="de" tags=["slide"]
# ## Was du dafür brauchst
#
# <img src="img/garden.svg" alt="Eine Wetterhütte zwischen zwei Bäumen" style="float: right; width: 34%; margin-left: 2em;">
#
# 1. ein Thermometer, zwei Meter über dem Boden und im Schatten
# 2. eine feste Uhrzeit
# 3. eine Datei, in die jeden Tag eine Zeile kommt
#
# Nach einem Jahr hast du 365 Zeilen. Bis dahin üben wir mit einem erfundenen Jahr.

# %% [markdown] lang="en" tags=["slide"]
# ## What You Need
#
# <img src="img/garden.svg" alt="A weather screen between two trees" style="float: right; width: 34%; margin-left: 2em;">
#
# 1. a thermometer, two metres above the ground and in the shade
# 2. a fixed time of day
# 3. a file that gets one line every day
#
# After a year you will have 365 lines. Until then we practise with an invented year.

# %% tags=["keep"]
from math import cos, pi
from random import Random
from statistics import mean

# %% [markdown] lang="de" tags=["slide"]
# ## Ein erfundenes Jahr
#
# Die Jahreszeiten sind eine Kosinuskurve mit dem Tiefpunkt Mitte Januar, das Wetter ist
# Zufall obendrauf. Der feste Startwert sorgt dafür, dass alle dasselbe Jahr erleben.

# %% [markdown] lang="en" tags=["slide"]
# ## An Invented Year
#
# The seasons are a cosine curve with its low in mid January, and the weather is chance on
# top. The fixed seed makes sure that everybody lives through the same year.

# %%
weather = Random(2025)
year = [9.5 - 9.5 * cos(2 * pi * (day - 15) / 365) + weather.gauss(0, 2.5) for day in range(365)]

# %%
months = [mean(year[month * 365 // 12:(month + 1) * 365 // 12]) for month in range(12)]
[round(month, 1) for month in months]

# %% [markdown] lang="de" tags=["slide"]
# ## Eine Kurve aus Buchstaben
#
# Acht Zeichen genügen für ein Diagramm, das in jede Textzeile passt.

# %% [markdown] lang="en" tags=["slide"]
# ## A Curve Made of Letters
#
# Eight characters are enough for a chart that fits into any line of text.


# %%
def sparkline(values):
    low, high = min(values), max(values)
    return "".join("▁▂▃▄▅▆▇█"[round(7 * (value - low) / (high - low))] for value in values)


# %%
print(sparkline(months))

# %%
print(sparkline(year[::7]))

# %% [markdown] lang="de" tags=["slide"]
# ## Jetzt du
#
# Im Ordner `Projects` des Kurses liegt ein kleines Projekt mit Daten, Tests und einer
# Musterlösung. Fange mit `starter` an, und öffne `solution` erst, wenn die Tests grün sind.

# %% [markdown] lang="en" tags=["slide"]
# ## Over to You
#
# The folder `Projects` of the course holds a small project with data, tests and a sample
# solution. Begin with `starter`, and open `solution` only when the tests are green.
