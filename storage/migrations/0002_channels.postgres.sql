-- Every channel: what respondents ask of us, who may be asked, who came by themselves.

SELECT 1;
