# j2 from 'macros.j2' import header

# {{ header("Die erste Messung", "The First Reading") }}

# %% [markdown] lang="de" tags=["slide"]
# ## Was das Thermometer sagt
#
# <img src="img/thermometer.svg" alt="Ein Thermometer zeigt 21,5 Grad Celsius" style="float: right; width: 16%; margin-left: 2em;">
#
# An der Nordwand des Schuppens hängt ein Thermometer. Heute um zwölf Uhr
# zeigt es 21,5 °C an.
#
# Zu einer Messung gehören drei Dinge:
#
# - der **Wert**: 21,5
# - die **Einheit**: Grad Celsius
# - der **Zeitpunkt**: zwölf Uhr mittags
#
# Fehlt eines davon, ist die Zahl wertlos.

# %% [markdown] lang="en" tags=["slide"]
# ## What the Thermometer Says
#
# <img src="img/thermometer.svg" alt="A thermometer shows 21.5 degrees Celsius" style="float: right; width: 16%; margin-left: 2em;">
#
# A thermometer hangs on the north wall of the shed. Today, at twelve o'clock,
# it shows 21.5 °C.
#
# Three things make a reading:
#
# - the **value**: 21.5
# - the **unit**: degrees Celsius
# - the **time**: twelve noon
#
# If one of them is missing, the number is worthless.

# %% [markdown] lang="de" tags=["notes"]
# Die Teilnehmenden zuerst selbst sammeln lassen, was zu einer Messung gehört.
# Meist fehlt der Zeitpunkt. Das ist der Einstieg in die nächste Lektion.

# %% [markdown] lang="en" tags=["notes"]
# Let the participants collect first what belongs to a reading.
# Most groups forget the time, which leads on to the next lesson.

# %% tags=["keep"]
temperature = 21.5
humidity = 48

# %%
f"{temperature} °C, {humidity} %"

# %%
type(temperature), type(humidity)

# %% [markdown] lang="de" tags=["slide"]
# ## Celsius und Fahrenheit
#
# Eine Freundin in Chicago fragt, wie warm es ist. Für sie rechnen wir um:
#
# $$F = \frac{9}{5}\,C + 32$$
#
# Aus der Formel wird eine Funktion, aus dem Buchstaben $C$ ein Parameter.

# %% [markdown] lang="en" tags=["slide"]
# ## Celsius and Fahrenheit
#
# A friend in Chicago asks how warm it is. For her we convert:
#
# $$F = \frac{9}{5}\,C + 32$$
#
# The formula becomes a function, and the letter $C$ becomes a parameter.


# %%
def to_fahrenheit(celsius):
    return celsius * 9 / 5 + 32


# %%
to_fahrenheit(temperature)

# %% tags=["keep"]
to_fahrenheit(0), to_fahrenheit(100)

# %% [markdown] lang="de" tags=["subslide"]
# Bei welcher Temperatur zeigen beide Skalen dieselbe Zahl?

# %% [markdown] lang="en" tags=["subslide"]
# At which temperature do both scales show the same number?

# %% [markdown] lang="de" tags=["answer"]
# Bei −40 Grad: Aus $C = \frac{9}{5}\,C + 32$ folgt $C = -40$.

# %% [markdown] lang="en" tags=["answer"]
# At −40 degrees: $C = \frac{9}{5}\,C + 32$ gives $C = -40$.

# %%
to_fahrenheit(-40)

# %% [markdown] lang="de" tags=["slide"]
# ## Aus zwei Werten wird ein dritter
#
# Wird die Wiese heute Nacht nass? Das verrät der **Taupunkt**: Kühlt die Luft
# bis auf diese Temperatur ab, beginnt das Wasser darin zu kondensieren.
# Die Magnus-Formel nähert ihn aus Temperatur $T$ und relativer Feuchte $H$ an:
#
# $$\gamma = \ln\frac{H}{100} + \frac{17.62\,T}{243.12 + T}
# \qquad
# T_d = \frac{243.12\,\gamma}{17.62 - \gamma}$$

# %% [markdown] lang="en" tags=["slide"]
# ## Two Values Make a Third
#
# Will the meadow be wet tonight? The **dew point** tells: once the air has
# cooled down to this temperature, the water in it begins to condense.
# The Magnus formula estimates it from the temperature $T$ and the relative humidity $H$:
#
# $$\gamma = \ln\frac{H}{100} + \frac{17.62\,T}{243.12 + T}
# \qquad
# T_d = \frac{243.12\,\gamma}{17.62 - \gamma}$$

# %% tags=["keep"]
from math import log


# %%
def dew_point(celsius, humidity):
    gamma = log(humidity / 100) + 17.62 * celsius / (243.12 + celsius)
    return 243.12 * gamma / (17.62 - gamma)


# %%
round(dew_point(temperature, humidity), 1)

# %%
for percent in (20, 40, 60, 80, 100):
    print(f"{percent:3} %  {dew_point(temperature, percent):5.1f} °C")

# %% [markdown] lang="de" tags=["subslide"]
# Warum steht bei 100 % wieder die Lufttemperatur da?

# %% [markdown] lang="en" tags=["subslide"]
# Why does the air temperature come back at 100 %?

# %% [markdown] lang="de" tags=["answer"]
# Gesättigte Luft kann kein weiteres Wasser aufnehmen: Sie ist schon am Taupunkt. In der
# Formel wird $\ln 1 = 0$, und übrig bleibt $T_d = T$.

# %% [markdown] lang="en" tags=["answer"]
# Saturated air cannot take up any more water: it already is at its dew point. In the
# formula $\ln 1 = 0$, and what is left is $T_d = T$.

# %% [markdown] lang="de" tags=["slide"]
# ## Vom Fühler ins Notebook
#
# Niemand will dafür einen Wecker stellen. Ein Fühler misst, ein Logger schreibt mit,
# und das Notebook liest später die Datei:
#
# <img src="img/measuring_chain.png" alt="Sequenzdiagramm: Fühler, Logger, Datei und Notebook" style="width: 70%;">

# %% [markdown] lang="en" tags=["slide"]
# ## From the Sensor to the Notebook
#
# Nobody wants to set an alarm for that. A sensor measures, a logger takes notes, and
# the notebook reads the file later:
#
# <img src="img/measuring_chain.png" alt="Sequence diagram: sensor, logger, file and notebook" style="width: 70%;">

# %% [markdown] lang="de" tags=["slide"]
# ## Zum Mitnehmen
#
# - Ein Wert braucht eine Einheit und einen Zeitpunkt.
# - Eine Formel ist eine Funktion, die noch niemand aufgeschrieben hat.
# - Die Datei ist die Nahtstelle zwischen Messen und Auswerten. In der nächsten Lektion
#   öffnen wir sie.

# %% [markdown] lang="en" tags=["slide"]
# ## To Take Away
#
# - A value needs a unit and a time.
# - A formula is a function that nobody has written down yet.
# - The file is the seam between measuring and evaluating. In the next lesson we
#   open it.
