// j2 from 'macros.j2' import header

// %% [markdown] lang="de" tags=["slide"]
// {{ header("Gefühlte Temperatur in C++", "Wind Chill in C++") }}

// %% [markdown] lang="de" tags=["slide"]
// ## Fünf Grad sind nicht fünf Grad
//
// <img src="img/wind.svg" alt="Wind streicht über ein Thermometer" style="float: right; width: 30%; margin-left: 2em;">
//
// Wind trägt die Wärme der Haut davon. Wie kalt es sich anfühlt, schätzt eine Formel aus
// der Temperatur $T$ in °C und der Windgeschwindigkeit $v$ in km/h:
//
// $$W = 13.12 + 0.6215\,T - 11.37\,v^{0.16} + 0.3965\,T\,v^{0.16}$$
//
// Sie gilt für höchstens 10 °C und mindestens 4,8 km/h. Auf dem Logger der Station läuft C++,
// also rechnen wir gleich dort.

// %% [markdown] lang="en" tags=["slide"]
// ## Five Degrees Are Not Five Degrees
//
// <img src="img/wind.svg" alt="Wind blows across a thermometer" style="float: right; width: 30%; margin-left: 2em;">
//
// Wind carries away the warmth of the skin. How cold it feels is estimated by a formula
// from the temperature $T$ in °C and the wind speed $v$ in km/h:
//
// $$W = 13.12 + 0.6215\,T - 11.37\,v^{0.16} + 0.3965\,T\,v^{0.16}$$
//
// It holds up to 10 °C and from 4.8 km/h. The logger of the station runs C++, so we do the
// sums right there.

// %% tags=["keep"]
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

// %% [markdown] lang="de" tags=["slide"]
// ## Eine Messung ist ein `struct`

// %% [markdown] lang="en" tags=["slide"]
// ## A Reading Is a `struct`

// %%
struct Reading {
    std::string time;
    double celsius;
    double wind_kmh;
};

// %% tags=["keep"]
std::vector<Reading> morning{
    {"06:00", 3.5, 4.0},
    {"07:00", 4.0, 18.0},
    {"08:00", 4.5, 35.0},
    {"09:00", 6.0, 42.0},
    {"10:00", 8.5, 20.0},
};

// %% [markdown] lang="de" tags=["slide"]
// ## Die Formel als Funktion
//
// Außerhalb ihres Bereichs liefert die Formel Unsinn. Dort gilt die gemessene Temperatur.

// %% [markdown] lang="en" tags=["slide"]
// ## The Formula as a Function
//
// Outside its range the formula yields nonsense. There the measured temperature holds.

// %%
double wind_chill(const Reading& reading) {
    if (reading.celsius > 10.0 || reading.wind_kmh < 4.8) {
        return reading.celsius;
    }
    const double factor = std::pow(reading.wind_kmh, 0.16);
    return 13.12 + 0.6215 * reading.celsius - 11.37 * factor + 0.3965 * reading.celsius * factor;
}

// %%
std::cout << std::fixed << std::setprecision(1);
for (const auto& reading : morning) {
    std::cout << reading.time << std::setw(6) << reading.celsius << " °C  ->"
              << std::setw(6) << wind_chill(reading) << " °C\n";
}

// %% [markdown] lang="de" tags=["subslide"]
// Um sechs ist es am kältesten. Fühlt es sich dann auch am kältesten an?

// %% [markdown] lang="en" tags=["subslide"]
// At six it is coldest. Does it also feel coldest then?

// %% [markdown] lang="de" tags=["answer"]
// Nein: Um sechs weht kaum Wind. Am kältesten fühlt sich acht Uhr an.

// %% [markdown] lang="en" tags=["answer"]
// No: at six there is hardly any wind. It feels coldest at eight.

// %% [markdown] lang="de" tags=["slide"]
// ## Nachgerechnet
//
// `std::ranges::min_element` vergleicht nach der Funktion, die wir als **Projektion** mitgeben.
// Das ist dieselbe Idee wie `key` in Python.

// %% [markdown] lang="en" tags=["slide"]
// ## Checked
//
// `std::ranges::min_element` compares by the function that we pass as a **projection**.
// It is the same idea as `key` in Python.

// %%
auto coldest = std::ranges::min_element(morning, {}, wind_chill);
std::cout << coldest->time << "\n";

// %% [markdown] lang="de" tags=["notes"]
// Die leeren Klammern stehen für den Vergleich `std::ranges::less`. Wer fragt, bekommt
// `std::ranges::greater` gezeigt: Dann liefert derselbe Aufruf das Maximum.

// %% [markdown] lang="en" tags=["notes"]
// The empty braces stand for the comparison `std::ranges::less`. If somebody asks, show
// `std::ranges::greater`: the same call then returns the maximum.
