"""Lines to copy into the tools on an analyst's desk, filled with a question's own address and never a secret.

Each tool takes the credential from its own place: Excel and Power BI ask for it and keep it, the others read
the environment variables ``GATEWAY_ACCOUNT`` and ``GATEWAY_PASSWORD``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.analysis.written.forms import Form

FORM_SAYS: Mapping[Form, str] = {
    Form.JSON: "One document, with what stands beside it",
    Form.NDJSON: "A record a line, for jq, DuckDB and polars",
    Form.CSV: "A table for any spreadsheet or program",
    Form.XLSX: "A workbook with typed columns and a sheet «Read me»",
    Form.PARQUET: "Typed columns for pandas, polars, DuckDB, Power BI and Spark",
    Form.GEOPARQUET: "Parquet with points, for QGIS and geopandas",
}

_POWER_QUERY = """let
    Answer = Web.Contents("{url}", [Headers = [Accept = "text/csv"]]),
    Rows = Csv.Document(Answer, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),
    Headed = Table.PromoteHeaders(Rows, [PromoteAllScalars = true])
in
    Headed"""
_PANDAS = """import base64, os
import pandas as pd

who = f"{{os.environ['GATEWAY_ACCOUNT']}}:{{os.environ['GATEWAY_PASSWORD']}}"
headers = {{
    "Accept": "text/csv",
    "Authorization": "Basic " + base64.b64encode(who.encode()).decode(),
}}
table = pd.read_csv("{url}", storage_options=headers)"""
_POLARS = """import base64, os, urllib.request
import polars as pl

who = f"{{os.environ['GATEWAY_ACCOUNT']}}:{{os.environ['GATEWAY_PASSWORD']}}"
asked = urllib.request.Request("{url}", headers={{
    "Accept": "text/csv",
    "Authorization": "Basic " + base64.b64encode(who.encode()).decode(),
}})
table = pl.read_csv(urllib.request.urlopen(asked).read())"""
_DUCKDB = """import base64, os, urllib.request
import duckdb

who = f"{{os.environ['GATEWAY_ACCOUNT']}}:{{os.environ['GATEWAY_PASSWORD']}}"
asked = urllib.request.Request("{url}", headers={{
    "Accept": "text/csv",
    "Authorization": "Basic " + base64.b64encode(who.encode()).decode(),
}})
with open("gateway.csv", "wb") as file:
    file.write(urllib.request.urlopen(asked).read())
print(duckdb.sql("SELECT * FROM 'gateway.csv'"))"""
_PANDAS_RECORDS = """import base64, os
import pandas as pd

who = f"{{os.environ['GATEWAY_ACCOUNT']}}:{{os.environ['GATEWAY_PASSWORD']}}"
headers = {{"Authorization": "Basic " + base64.b64encode(who.encode()).decode()}}
records = pd.read_parquet("{url}", storage_options=headers)"""
_POLARS_RECORDS = """import base64, os, urllib.request
import polars as pl

who = f"{{os.environ['GATEWAY_ACCOUNT']}}:{{os.environ['GATEWAY_PASSWORD']}}"
asked = urllib.request.Request("{url}", headers={{
    "Authorization": "Basic " + base64.b64encode(who.encode()).decode(),
}})
records = pl.read_parquet(urllib.request.urlopen(asked).read())"""
_DUCKDB_RECORDS = """import base64, os, urllib.request
import duckdb

who = f"{{os.environ['GATEWAY_ACCOUNT']}}:{{os.environ['GATEWAY_PASSWORD']}}"
asked = urllib.request.Request("{url}", headers={{
    "Authorization": "Basic " + base64.b64encode(who.encode()).decode(),
}})
with open("gateway.parquet", "wb") as file:
    file.write(urllib.request.urlopen(asked).read())
print(duckdb.sql("SELECT kind, count(*) FROM 'gateway.parquet' GROUP BY kind"))"""
_R = """library(httr2)
answer <- request("{url}") |>
  req_headers(Accept = "text/csv") |>
  req_auth_basic(Sys.getenv("GATEWAY_ACCOUNT"), Sys.getenv("GATEWAY_PASSWORD")) |>
  req_perform()
table <- read.csv(text = resp_body_string(answer), fileEncoding = "UTF-8-BOM")"""
_CURL = """curl --user "$GATEWAY_ACCOUNT:$GATEWAY_PASSWORD" -H "Accept: text/csv" \\
  --fail -o gateway.csv "{url}\""""
_CURL_RECORDS = """curl --user "$GATEWAY_ACCOUNT:$GATEWAY_PASSWORD" \\
  --fail -o gateway.xlsx "{url}\""""
_GDAL = """export GDAL_HTTP_USERPWD="$GATEWAY_ACCOUNT:$GATEWAY_PASSWORD"
ogrinfo -so OAPIF:{origin}/ogc {collection}
# in QGIS: Layer, Add Layer, Add WFS / OGC API - Features Layer, with this address:
#   {origin}/ogc"""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Lines for one tool."""

    key: str
    tool: str
    text: str


def whole(origin: str, subscription: str, form: Form) -> str:
    """Return the address of all records that a subscription gives, as one file of a form."""
    return f"{origin}/v1/incidents/download?subscription={subscription}&format={form.value}"


def snippets(origin: str, counts: str, subscription: str | None) -> list[Snippet]:
    """Return the lines for each tool.

    Args:
        origin: Where the gateway is.
        counts: Address of the counts.
        subscription: Under which the reader has records; None where he has none.
    """
    made = [
        Snippet(
            "power-query", "Excel and Power BI (Power Query M)", _POWER_QUERY.format(url=counts)
        ),
        Snippet("pandas", "pandas", _PANDAS.format(url=counts)),
        Snippet("polars", "polars", _POLARS.format(url=counts)),
        Snippet("duckdb", "DuckDB", _DUCKDB.format(url=counts)),
        Snippet("r", "R", _R.format(url=counts)),
        Snippet("curl", "A terminal", _CURL.format(url=counts)),
    ]
    if subscription is not None:
        parquet = whole(origin, subscription, Form.PARQUET)
        book = whole(origin, subscription, Form.XLSX)
        made += [
            Snippet("pandas-records", "pandas (all records)", _PANDAS_RECORDS.format(url=parquet)),
            Snippet("polars-records", "polars (all records)", _POLARS_RECORDS.format(url=parquet)),
            Snippet("duckdb-records", "DuckDB (all records)", _DUCKDB_RECORDS.format(url=parquet)),
            Snippet(
                "curl-records",
                "A terminal (all records, as a workbook)",
                _CURL_RECORDS.format(url=book),
            ),
            Snippet(
                "gdal",
                "QGIS and GDAL (the records)",
                _GDAL.format(origin=origin, collection=subscription),
            ),
        ]
    return made
