# j2 import "other.j2" as o
{% include "macros.j2" %}{% extends "source" %}
